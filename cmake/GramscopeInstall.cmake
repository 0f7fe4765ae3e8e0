# What `cmake --install` puts where: the program, and gramscope::core for find_package(gramscope).
include(CMakePackageConfigHelpers)

install(TARGETS gramscope_core EXPORT gramscope_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY core/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gramscope/core
  FILES_MATCHING PATTERN "*.h" PATTERN "io" EXCLUDE)
install(EXPORT gramscope_targets NAMESPACE gramscope:: FILE gramscope-targets.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gramscope)
configure_package_config_file(cmake/gramscope-config.cmake.in gramscope-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gramscope)
write_basic_package_version_file(gramscope-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/gramscope-config.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/gramscope-config-version.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gramscope)
if(TARGET gramscope)
  install(TARGETS gramscope RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
