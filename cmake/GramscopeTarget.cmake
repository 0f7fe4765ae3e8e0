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

# gramscope_optimise_under_sanitizers(NAME): the sanitizer presets compile without optimisation, which takes a third less
# time; what tests spend their time in is worth more.
function(gramscope_optimise_under_sanitizers name)
  if(GRAMSCOPE_SANITIZE)
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O1>)
  endif()
endfunction()
