# Target `glad`: a loader for OpenGL 3.3 core, generated at build time from the specification that the generator's own
# package carries, so nothing is downloaded. ImGui's OpenGL backend has a loader of its own; the two do not meet.
find_program(GLAD_EXECUTABLE glad REQUIRED)

set(glad_dir "${CMAKE_BINARY_DIR}/glad")
add_custom_command(
  OUTPUT "${glad_dir}/src/gl.c" "${glad_dir}/include/glad/gl.h" "${glad_dir}/include/KHR/khrplatform.h"
  COMMAND "${GLAD_EXECUTABLE}" --api gl:core=3.3 --extensions "" --reproducible --quiet --out-path "${glad_dir}" c
  COMMENT "Generating the OpenGL 3.3 loader"
  VERBATIM)
add_library(glad STATIC "${glad_dir}/src/gl.c" "${glad_dir}/include/glad/gl.h")
set_target_properties(glad PROPERTIES POSITION_INDEPENDENT_CODE ON)
file(MAKE_DIRECTORY "${glad_dir}/include")
target_include_directories(glad SYSTEM PUBLIC "${glad_dir}/include")
target_link_libraries(glad PUBLIC ${CMAKE_DL_LIBS})
