/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What is fixed when the program is loaded: constants to the verifier, which removes the code they rule out. */
#pragma once

#include <linux/types.h>
#include <stdbool.h>

#include "bpf/abi.h"

/* From identity, set by evenkeeld before loading. */
const volatile __u32 tick_factor = 1u << 26; /* ek_tick_factor(tick_shift); 0: the tick is simulated_tick */
const volatile __u32 ticks_per_second_x256 = 256;
const volatile __u64 hash_key[EK_HASH_KEY_WORDS];
const volatile __u32 sets4 = 1;
const volatile __u32 sets6 = 1;
const volatile __u32 front_sets4 = 0; /* ek_front_sets(sets) */
const volatile __u32 front_sets6 = 0;
const volatile __u32 reverse_sets4 = 1; /* ek_reverse_sets(sets) */
const volatile __u32 reverse_sets6 = 1;
const volatile __u32 reverse_front4 = 0; /* ek_reverse_sets(ek_front_sets(sets)) */
const volatile __u32 reverse_front6 = 0;
const volatile __u32 way_bits4 = 31; /* that number a way of the connection table in the reverse index */
const volatile __u32 way_bits6 = 31;
/* Explains instead of doing: decides, writes `explanation`, changes no table and counts nothing. */
const volatile __u8 explain_mode = 0;

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
/* Keeps the compiler from checking one copy of a value and using another: the verifier follows only one. */
#define pin_value(value) asm volatile("" : "+r"(value))
#define __noinline_global __attribute__((noinline)) /* verified once, on its own, whoever calls it */
