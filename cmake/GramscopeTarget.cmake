# gramscope_target(NAME): the settings every target of this project shares. All of them are PRIVATE: a user of the
# library keeps their own warnings and processor. The one exception, Eigen's alignment, is set where core is defined.
function(gramscope_target name)
  target_compile_features(${name} PUBLIC cxx_std_20)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor>)
  if(GRAMSCOPE_NATIVE)
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-march=native>)
  endif()
  # Fused multiply-adds may be used, but nothing that reorders sums: the same binary gives the same bytes.
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-math-errno -fno-trapping-math>)
  if(GRAMSCOPE_SANITIZE)
    target_compile_options(${name} PRIVATE -fsanitize=${GRAMSCOPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${name} PUBLIC -fsanitize=${GRAMSCOPE_SANITIZE})
  endif()
endfunction()

# gramscope_settle(NAME [LIBRARY | TESTS]): how the files are compiled; to be called after the last source was added.
#
# With GRAMSCOPE_UNITY, and always under the sanitizers, a folder is compiled as one file, which takes a third of the time
# when all is built; names in a folder are therefore unique to it. Under the sanitizers only the library is optimised: there
# is where tests spend their time. What tests consist of themselves is optimised little in any build.
function(gramscope_settle name)
  get_target_property(type ${name} TYPE)
  if("LIBRARY" IN_LIST ARGN)
    if(GRAMSCOPE_SANITIZE)
      target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O1>)
    endif()
  elseif(type STREQUAL "EXECUTABLE" AND (GRAMSCOPE_SANITIZE OR "TESTS" IN_LIST ARGN))
    if("TESTS" IN_LIST ARGN AND NOT GRAMSCOPE_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
      target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O1>)
    endif()
    # Of an inline function that several objects have, a product of matrices say, the linker keeps the first: the optimised
    # library's, if it comes before all else.
    target_link_options(${name} PRIVATE
      "LINKER:--whole-archive" "$<TARGET_FILE:gramscope_core>" "LINKER:--no-whole-archive")
  endif()
  if(NOT GRAMSCOPE_SANITIZE AND NOT GRAMSCOPE_UNITY)
    return()
  endif()
  get_target_property(sources ${name} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(GET source PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "${folder}" group)
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${group}")
  endforeach()
  # What one file has for itself counts as such although it is included.
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
