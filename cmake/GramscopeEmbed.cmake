# gramscope_embed(TARGET NAMESPACE name=file ...): compiles files into TARGET. The generated header
# <NAMESPACE>_embedded.h gives, in namespace gramscope::embedded, a function NAMESPACE() that returns a
# std::span<const File>, File being {std::string_view name, std::string_view bytes}, in the order given here.
set(GRAMSCOPE_EMBED_DIR "${CMAKE_CURRENT_LIST_DIR}")
function(gramscope_embed target namespace)
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  set(assembly "#if defined(__linux__) && defined(__ELF__)\n.section .note.GNU-stack,\"\",%progbits\n#endif\n.section .rodata\n")
  set(declarations "")
  set(rows "")
  set(inputs "")
  set(count 0)
  foreach(item IN LISTS ARGN)
    string(REGEX MATCH "^([^=]+)=(.+)$" matched "${item}")
    set(name "${CMAKE_MATCH_1}")
    set(file "${CMAKE_MATCH_2}")
    set(symbol "gramscope_${namespace}_${count}")
    string(APPEND assembly
      ".global ${symbol}_begin\n.global ${symbol}_end\n.balign 16\n"
      "${symbol}_begin:\n.incbin \"${file}\"\n${symbol}_end:\n.byte 0\n")
    string(APPEND declarations "extern const char ${symbol}_begin[];\nextern const char ${symbol}_end[];\n")
    string(APPEND rows
      "      {\"${name}\", {${symbol}_begin, static_cast<std::size_t>(${symbol}_end - ${symbol}_begin)}},\n")
    list(APPEND inputs "${file}")
    math(EXPR count "${count} + 1")
  endforeach()
  set(embed_namespace "${namespace}")
  set(embed_declarations "${declarations}")
  set(embed_rows "${rows}")
  set(embed_count "${count}")
  file(CONFIGURE OUTPUT "${dir}/${namespace}_embedded.S" CONTENT "${assembly}" @ONLY)
  configure_file("${GRAMSCOPE_EMBED_DIR}/embedded.cpp.in" "${dir}/${namespace}_embedded.cpp" @ONLY)
  configure_file("${GRAMSCOPE_EMBED_DIR}/embedded.h.in" "${dir}/${namespace}_embedded.h" @ONLY)
  configure_file("${GRAMSCOPE_EMBED_DIR}/embedded_file.h.in" "${dir}/embedded_file.h" @ONLY)
  set_source_files_properties("${dir}/${namespace}_embedded.S" PROPERTIES OBJECT_DEPENDS "${inputs}")
  target_sources(${target} PRIVATE "${dir}/${namespace}_embedded.S" "${dir}/${namespace}_embedded.cpp")
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${dir}>)
endfunction()

# gramscope_embed_folder(TARGET NAMESPACE PATTERN MODE): embeds every file of the source tree that matches, under its name
# with its extension (MODE NAME) or without (NAME_WE).
function(gramscope_embed_folder target namespace pattern mode)
  set(items "")
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${pattern}")
  foreach(file IN LISTS files)
    get_filename_component(name "${file}" ${mode})
    list(APPEND items "${name}=${file}")
  endforeach()
  gramscope_embed(${target} ${namespace} ${items})
endfunction()
