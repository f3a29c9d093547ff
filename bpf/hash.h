/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Hashes with the key from identity: nobody outside can aim at one set of the table, and both nodes of a pair agree. The
 * low and the high half of a result are independent enough to be used as two hashes. Connections are hashed by products,
 * with secret numbers, and addresses by SipHash-1-3: a rotation is five BPF instructions, and SipHash has thirty for each word.
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

/* As a 32-bit register has it: the compiler would shift to and fro instead. */
static __always_inline __u64 low_half(__u64 word)
{
	__u32 low = word;

	asm("" : "+w"(low));
	return low;
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

#define FINAL_MULTIPLIER 0x9e3779b97f4a7c15ull

static __always_inline __u64 mix(__u64 word, __u64 multiplier)
{
	word *= multiplier;
	return word ^ word >> 32;
}

/*
 * Two multiplications with a secret number and one to finish. Weaker than SipHash: who could read the result, or
 * measure it well enough, could solve for the key; nobody outside can. Without the key there is no pair of inputs
 * that is known to collide: a sender decides on the low halves of the two words only, and a difference in that of the
 * first one spreads, by a factor that he does not know, into the high half of the state, which the second word cannot
 * take back. A set that is aimed at all the same ends in EK_REASON_TABLE_FULL, not in an endless chain.
 */
static __always_inline __u64 hash_tuple4(const struct tuple *tuple)
{
	__u64 secret = hash_key[1] | 1; /* odd, so that no input is lost */
	__u64 state = mix(pair_of_key4(tuple) ^ hash_key[0], secret);

	return mix(mix(state ^ rest_of_key(tuple), secret), FINAL_MULTIPLIER);
}

enum {
	FIRST_OF_PAIRS = 2, /* words of the key before it are used otherwise */
};

static __always_inline __u64 product_of_pair(__u32 pair, __u32 a, __u32 b)
{
	return (hash_key[FIRST_OF_PAIRS + 2 * pair] + a) * (hash_key[FIRST_OF_PAIRS + 2 * pair + 1] + b);
}

/*
 * A sum of products, of two words each and secret numbers of their own (pair-multiply-shift; Thorup, "High Speed Hashing for
 * Integers and Strings"). Who does not know them cannot choose two inputs whose sums are the same with a better chance
 * than one in 2^32: this is proven, whichever words a sender decides on. What follows keeps different sums different, and spreads them over all bits,
 * as IPv4's does.
 */
static __always_inline __u64 hash_tuple6(const struct tuple *tuple)
{
	const __u32 *client = tuple->client, *virtual_address = tuple->virtual_address;
	__u64 sum = hash_key[0];

	sum += product_of_pair(0, client[0], client[1]);
	sum += product_of_pair(1, client[2], client[3]);
	sum += product_of_pair(2, virtual_address[0], virtual_address[1]);
	sum += product_of_pair(3, virtual_address[2], virtual_address[3]);
	sum += product_of_pair(4, tuple->ports, (__u32)tuple->template_service << 16 | tuple->protocol);
	return mix(mix(sum, hash_key[1] | 1), FINAL_MULTIPLIER);
}

static __always_inline __u64 hash_tuple(const struct tuple *tuple, const bool ipv6)
{
	return ipv6 ? hash_tuple6(tuple) : hash_tuple4(tuple);
}

static __always_inline __u64 hash_address(const __u32 *address)
{
	struct siphash s = siphash_start();

	siphash_address(&s, address);
	return siphash_end(&s);
}

/* A number in [0, count), as evenly spread as the hash. */
static __always_inline __u32 scale(__u32 hash, __u32 count)
{
	return (__u64)hash * count >> 32;
}
