// Loops that are compiled once for every x86-64 processor and once for those with AVX2; the dynamic linker
// picks. AVX2 alone brings no fused multiply-add, so that both give the same bits, element by element.
#pragma once

#if defined(__x86_64__) && defined(__ELF__) && defined(__GNUC__) && !defined(__clang__)
#define SHELLAC_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define SHELLAC_WIDE
#endif
