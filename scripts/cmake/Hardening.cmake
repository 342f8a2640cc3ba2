# mlpctl_hardening: what makes a mistake in our own code hard to use against whoever runs it, and keeps
# the folders of the machine that built it out of what is installed. tests/cli/hardening_test.py looks
# for each of these in the built and the installed files.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

add_library(mlpctl_hardening INTERFACE)
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  string(MAKE_C_IDENTIFIER MLPCTL_HAS${flag} has)
  check_cxx_compiler_flag("-Werror ${flag}" ${has})
  if(${has})
    target_compile_options(mlpctl_hardening INTERFACE ${flag})
  endif()
endforeach()
target_link_options(mlpctl_hardening INTERFACE
  LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)

# It checks nothing without optimisation, and the sanitizers check more themselves.
set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
check_cxx_source_compiles("#include <cstdlib>\nint main() { return 0; }" MLPCTL_HAS_FORTIFY_3)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  target_compile_options(mlpctl_hardening INTERFACE
    "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=$<IF:$<BOOL:${MLPCTL_HAS_FORTIFY_3}>,3,2>>")
endif()

# The last that fits a path is taken, so the inner folders come later.
set(places ${PROJECT_SOURCE_DIR}=. ${PROJECT_BINARY_DIR}=build)
if(LIBTORCH_FOLDER)
  file(REAL_PATH ${LIBTORCH_FOLDER} libtorch)
  list(APPEND places ${LIBTORCH_FOLDER}=libtorch ${libtorch}=libtorch)
endif()
list(TRANSFORM places PREPEND -ffile-prefix-map=)
target_compile_options(mlpctl_hardening INTERFACE ${places})
