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

/* Ports, protocol, template service, as one word: laid out like the end of a record's key. */
static __always_inline __u64 rest_of_key(const struct tuple *tuple)
{
	return (__u64)tuple->template_service << 48 | (__u64)tuple->protocol << 32 | tuple->ports;
}

static __always_inline __u64 pair_of_key4(const struct tuple *tuple)
{
	return (__u64)tuple->virtual_address[3] << 32 | tuple->client[3];
}

/* Two or five whole words: as the length is fixed for each family, the closing length word is left out. */
static __always_inline __u64 hash_tuple(const struct tuple *tuple, const bool ipv6)
{
	struct siphash s = siphash_start();

	if (ipv6) {
		siphash_address(&s, tuple->client);
		siphash_address(&s, tuple->virtual_address);
	} else {
		siphash_word(&s, pair_of_key4(tuple));
	}
	siphash_word(&s, rest_of_key(tuple));
	return siphash_end(&s);
}

static __always_inline __u64 hash_client(const __u32 *client)
{
	struct siphash s = siphash_start();

	siphash_address(&s, client);
	return siphash_end(&s);
}

/* A number in [0, count), as evenly spread as the hash. */
static __always_inline __u32 scale(__u32 hash, __u32 count)
{
	return (__u64)hash * count >> 32;
}
