# One folder is one namespace is one target. A module's DEPENDS are the only modules whose headers it may include:
# tests/lint/includes.py reads these same lists and refuses anything else.

option(EVENKEEL_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

add_library(evenkeel_options INTERFACE)
target_compile_options(evenkeel_options INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wunused-result -Werror)
target_include_directories(evenkeel_options INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
if(EVENKEEL_SANITIZE)
  target_compile_options(evenkeel_options INTERFACE
    -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(evenkeel_options INTERFACE -fsanitize=address,undefined)
endif()

# evenkeel_module(model DEPENDS base LIBRARIES Boost::json)
# The name is the folder under src/, with / written as _ (engines/network is engines_network).
function(evenkeel_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")  # an executable's, which links the module
  if(sources)
    add_library(evenkeel_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(evenkeel_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(evenkeel_${name} ${scope} evenkeel_options ${arg_LIBRARIES})
  foreach(dependency IN LISTS arg_DEPENDS)
    target_link_libraries(evenkeel_${name} ${scope} evenkeel_${dependency})
  endforeach()
endfunction()

# evenkeel_test(unit_model GLOB unit/model/*_test.cc MODULES model LABEL unit)
function(evenkeel_test name)
  cmake_parse_arguments(arg "" "LABEL" "GLOB;MODULES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${arg_GLOB})
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE evenkeel_options ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  foreach(module IN LISTS arg_MODULES)
    target_link_libraries(${name} PRIVATE evenkeel_${module})
  endforeach()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT 300)
endfunction()
