/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The instance loaded with explain_mode writes down what it decided. In the forwarding instance none of this exists. */
#pragma once

#include "bpf/counters.h"
#include "bpf/maps.h"
#include "bpf/packet.h"
#include "bpf/settings.h"

static __always_inline struct ek_explanation *explanation_entry(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&explanation, &zero);
}

static __always_inline void explain_start(void)
{
	struct ek_explanation *entry = explanation_entry();

	if (entry)
		__builtin_memset(entry, 0, sizeof(*entry));
}

static __always_inline void explain_service(__u32 service)
{
	struct ek_explanation *entry;

	if (!explain_mode)
		return;
	entry = explanation_entry();
	if (entry)
		entry->service = service;
}

static __always_inline void explain_connection(__u32 service, __u32 state)
{
	struct ek_explanation *entry;

	if (!explain_mode)
		return;
	entry = explanation_entry();
	if (!entry)
		return;
	entry->decision = EK_DECISION_CONNECTION;
	entry->service = service;
	entry->state = state;
}

static __always_inline void explain_decision(__u32 decision)
{
	struct ek_explanation *entry;

	if (!explain_mode)
		return;
	entry = explanation_entry();
	if (entry)
		entry->decision = decision;
}

static __always_inline void explain_candidates(__u32 candidates, __u32 tries)
{
	struct ek_explanation *entry;

	if (!explain_mode)
		return;
	entry = explanation_entry();
	if (!entry)
		return;
	entry->candidates += candidates;
	entry->tries += tries;
}

static __always_inline void explain_real_server(__u32 real_server)
{
	struct ek_explanation *entry;

	if (!explain_mode)
		return;
	entry = explanation_entry();
	if (entry)
		entry->real_server = real_server;
}

static __always_inline int decide_with_reason(__u32 reason, __u32 service, __u32 decision, int result)
{
	struct ek_explanation *entry;

	count_reason(reason, service);
	if (!explain_mode)
		return result;
	entry = explanation_entry();
	if (entry) {
		entry->decision = decision;
		entry->reason = reason;
	}
	return result;
}

/* The three ways in which a packet goes to no real server; the virtual service is a number, or NO_SERVICE. */
static __always_inline int drop(__u32 reason, __u32 service)
{
	return decide_with_reason(reason, service, EK_DECISION_DROP, DECIDED_DROP);
}

static __always_inline int leave_to_local_stack(__u32 reason, __u32 service)
{
	return decide_with_reason(reason, service, EK_DECISION_LOCAL, DECIDED_PASS);
}

static __always_inline int hand_to_fallback(__u32 service)
{
	return decide_with_reason(EK_REASON_FALLBACK, service, EK_DECISION_FALLBACK, DECIDED_PASS);
}
