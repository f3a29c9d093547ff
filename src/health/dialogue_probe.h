#pragma once
// Negotiate over a line or message protocol: a Conversation is opened, a protocol's talk is held on it, and what was
// heard is compared with what the check expects. One .cc file for each protocol's talk.

#include "health/conversation.h"

namespace evenkeel::health {

// Ends with the verdict. The connection is open when it begins, and is left by the caller.
using Talk = boost::asio::awaitable<ProbeResult> (*)(Conversation& conversation, const Target& target,
                                                     const re2::RE2* expected);

std::shared_ptr<Probe> make_dialogue_probe(ProbeTools& tools, const Target& target, Wire wire, Talk talk);

boost::asio::awaitable<ProbeResult> talk_ftp(Conversation&, const Target&, const re2::RE2*);
boost::asio::awaitable<ProbeResult> talk_imap(Conversation&, const Target&, const re2::RE2*);
boost::asio::awaitable<ProbeResult> talk_nntp(Conversation&, const Target&, const re2::RE2*);
boost::asio::awaitable<ProbeResult> talk_pop(Conversation&, const Target&, const re2::RE2*);
boost::asio::awaitable<ProbeResult> talk_simple_tcp(Conversation&, const Target&, const re2::RE2*);
boost::asio::awaitable<ProbeResult> talk_smb(Conversation&, const Target&, const re2::RE2*);
boost::asio::awaitable<ProbeResult> talk_smtp(Conversation&, const Target&, const re2::RE2*);
boost::asio::awaitable<ProbeResult> talk_tls(Conversation&, const Target&, const re2::RE2*);

}  // namespace evenkeel::health
