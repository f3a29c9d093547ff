/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * SipHash-1-3 with the key from identity: nobody outside can aim at one set of the table, and both nodes of a pair
 * agree. The low and the high half of the result are independent enough to be used as two hashes.
 */
#pragma once

#include "bpf/packet.h"
#include "bpf/settings.h"

struct siphash {
	__u64 a, b, c, d;
};

static __always_inline __u64 rotate_left(__u64 word, __u32 bits)
{
	return word << bits | word >> (64 - bits);
}

static __always_inline void siphash_round(struct siphash *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = rotate_left(s->b, 13) ^ s->a;
	s->d = rotate_left(s->d, 16) ^ s->c;
	s->a = rotate_left(s->a, 32);
	s->c += s->b;
	s->a += s->d;
	s->b = rotate_left(s->b, 17) ^ s->c;
	s->d = rotate_left(s->d, 21) ^ s->a;
	s->c = rotate_left(s->c, 32);
}

static __always_inline struct siphash siphash_start(void)
{
	return (struct siphash){
		.a = hash_key[0] ^ 0x736f6d6570736575ull,
		.b = hash_key[1] ^ 0x646f72616e646f6dull,
		.c = hash_key[0] ^ 0x6c7967656e657261ull,
		.d = hash_key[1] ^ 0x7465646279746573ull,
	};
}

static __always_inline void siphash_word(struct siphash *s, __u64 word)
{
	s->d ^= word;
	siphash_round(s);
	s->a ^= word;
}

static __always_inline __u64 siphash_end(struct siphash *s)
{
	s->c ^= 0xff;
	siphash_round(s);
	siphash_round(s);
	siphash_round(s);
	return s->a ^ s->b ^ s->c ^ s->d;
}

static __always_inline void siphash_address(struct siphash *s, const __u32 *address)
{
	siphash_word(s, (__u64)address[0] << 32 | address[1]);
	siphash_word(s, (__u64)address[2] << 32 | address[3]);
}

/* The last word of a message carries its length in the top byte: 15 and 39 bytes here. */
static __always_inline __u64 hash_tuple(const struct tuple *tuple, const bool ipv6)
{
	struct siphash s = siphash_start();
	__u64 rest = (__u64)tuple->client_port << 40 | (__u64)tuple->virtual_port << 24 |
		     (__u64)tuple->template_service << 8 | tuple->protocol;

	if (ipv6) {
		siphash_address(&s, tuple->client);
		siphash_address(&s, tuple->virtual_address);
		siphash_word(&s, 39ull << 56 | rest);
	} else {
		siphash_word(&s, (__u64)tuple->client[3] << 32 | tuple->virtual_address[3]);
		siphash_word(&s, 15ull << 56 | rest);
	}
	return siphash_end(&s);
}

static __always_inline __u64 hash_client(const __u32 *client)
{
	struct siphash s = siphash_start();

	siphash_address(&s, client);
	siphash_word(&s, 16ull << 56);
	return siphash_end(&s);
}

/* A number in [0, count), as evenly spread as the hash. */
static __always_inline __u32 scale(__u32 hash, __u32 count)
{
	return (__u64)hash * count >> 32;
}
