# evenkeel_bpf(NAME source.bpf.c): compiles a BPF object and generates its libbpf skeleton NAME.skel.h.
# Link bpf_NAME to use the skeleton. The BTF of the running kernel is not needed: the programs use uapi types only.
function(evenkeel_bpf name source)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  set(skeleton ${CMAKE_CURRENT_BINARY_DIR}/${name}.skel.h)
  get_filename_component(source_path ${source} ABSOLUTE)
  add_custom_command(OUTPUT ${object} ${skeleton}
    COMMAND clang-19 -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror
            -I${PROJECT_SOURCE_DIR} -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
            -fdebug-prefix-map=${PROJECT_SOURCE_DIR}=. -MD -MF ${object}.d -MT ${object} -c ${source_path} -o ${object}
    COMMAND ${LLVM_STRIP} -g ${object}
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${name} > ${skeleton}
    DEPENDS ${source_path} DEPFILE ${object}.d VERBATIM)
  add_custom_target(bpf_${name}_generated DEPENDS ${skeleton})
  add_library(bpf_${name} INTERFACE)
  add_dependencies(bpf_${name} bpf_${name}_generated)
  target_include_directories(bpf_${name} SYSTEM INTERFACE ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(bpf_${name} INTERFACE PkgConfig::libbpf)
endfunction()

# evenkeel_covered_bpf(NAME SKELETON source.bpf.c): the same with a flag for each basic block that was reached, for
# fuzzing. The skeleton is called SKELETON, so that it takes the place of the program that is shipped.
function(evenkeel_covered_bpf name skeleton source)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/${skeleton}.skel.h)
  get_filename_component(source_path ${source} ABSOLUTE)
  add_custom_command(OUTPUT ${object} ${header}
    COMMAND ${PROJECT_SOURCE_DIR}/cmake/cover_bpf.sh ${source_path} ${object}
            -I${PROJECT_SOURCE_DIR} -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${skeleton} > ${header}
    DEPENDS ${source_path} ${PROJECT_SOURCE_DIR}/cmake/cover_bpf.sh DEPFILE ${object}.d VERBATIM)
  add_custom_target(bpf_${name}_generated DEPENDS ${header})
  add_library(bpf_${name} INTERFACE)
  add_dependencies(bpf_${name} bpf_${name}_generated)
  target_include_directories(bpf_${name} SYSTEM INTERFACE ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(bpf_${name} INTERFACE PkgConfig::libbpf)
endfunction()
