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
