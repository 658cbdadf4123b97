# cmake --install: the shared library, its headers, what find_package(ridge) reads, and the command.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ridge)

install(TARGETS ridge_shared EXPORT ridgeTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS ridge RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${RIDGE_ROOT}/include/ridge DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(EXPORT ridgeTargets NAMESPACE ridge:: DESTINATION ${package_dir})

configure_package_config_file(${RIDGE_ROOT}/cmake/ridgeConfig.cmake.in ${CMAKE_BINARY_DIR}/ridgeConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/ridgeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/ridgeConfig.cmake ${CMAKE_BINARY_DIR}/ridgeConfigVersion.cmake
  DESTINATION ${package_dir})
