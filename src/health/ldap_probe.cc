// Negotiate, LDAP and LDAPS, by libldap: STARTTLS if wanted, binds, as nobody if there is no login, and reads an entry:
// the one that the request names, else the server's own description of itself.

#include <fmt/format.h>
#include <re2/re2.h>

#include "health/awaitable_probe.h"
#include "health/dialogue_probe.h"
#include "health/ldap_client.h"
#include "health/reason.h"
#include "health/secret_mask.h"

namespace evenkeel::health {
namespace {

using boost::asio::awaitable;

class LdapProbe final : public AwaitableProbe {
 public:
  LdapProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        target_(target),
        mask_(target.check),
        conversation_(tools, target,
                      target.check.protocol == model::NegotiateProtocol::kLdaps ? Wire::kTls : Wire::kPlain) {
    if (!target.check.response_expected.empty()) pattern_ = tools.patterns.get(target.check.response_expected);
  }

 private:
  awaitable<ProbeResult> run() override {
    if (pattern_ && !pattern_->ok()) co_return not_checked("the expected response is not a pattern that RE2 knows");
    auto client = LdapClient::make();
    if (!client) co_return not_checked(client.error().message);
    if (auto failed = co_await conversation_.open()) co_return *std::move(failed);
    ProbeResult result = co_await converse(**client);
    co_await conversation_.leave();
    result.reason = mask_.apply(result.reason);
    co_return result;
  }

  awaitable<ProbeResult> converse(LdapClient& client) {
    if (target_.check.starttls) {
      if (auto failed = co_await change_to_tls(client)) co_return *std::move(failed);
    }
    conversation_.wait_for("the answer to the bind");
    const auto bound = co_await result_of(client, client.bind(target_.check.login, target_.check.password));
    if (!bound) co_return bound.error();
    if (bound->code != LDAP_SUCCESS) co_return refused("bind", *bound);
    conversation_.wait_for("the entry");
    const auto read = co_await result_of(client, client.read_entry(target_.check.request));
    if (!read) co_return read.error();
    if (read->code != LDAP_SUCCESS) co_return refused("read", *read);
    if (read->entries == 0) co_return failure(fmt::format("LDAP: no entry from {}", conversation_.server()));
    if (pattern_ && !re2::RE2::PartialMatch(read->attributes, *pattern_)) {
      co_return failure(fmt::format("the entry of {} does not match \"{}\": {}", conversation_.server(),
                                    excerpt(target_.check.response_expected), excerpt(read->attributes)));
    }
    co_return conversation_.success("LDAP entry");
  }

  awaitable<Trouble> change_to_tls(LdapClient& client) {
    conversation_.wait_for("the answer to STARTTLS");
    const auto agreed = co_await result_of(client, client.start_tls());
    if (!agreed) co_return agreed.error();
    if (agreed->code != LDAP_SUCCESS) co_return refused("STARTTLS", *agreed);
    if (client.has_more_to_read()) {
      co_return failure(fmt::format("{} sent more in plain after it had agreed to TLS", conversation_.server()));
    }
    co_return co_await conversation_.secure();
  }

  awaitable<Heard<LdapClient::Answer>> result_of(LdapClient& client, Result<int> operation) {
    if (!operation) co_return std::unexpected(failure(fmt::format("LDAP: {}", operation.error().message)));
    if (auto failed = co_await conversation_.send(client.to_send())) co_return std::unexpected(*std::move(failed));
    while (true) {
      auto answer = client.answer(*operation);
      if (!answer) {
        co_return std::unexpected(
            failure(fmt::format("no LDAP answer from {}: {}", conversation_.server(), answer.error().message)));
      }
      if (*answer) co_return **answer;
      const auto bytes = co_await conversation_.some();
      if (!bytes) co_return std::unexpected(bytes.error());
      if (!client.receive(*bytes)) {
        co_return std::unexpected(failure(fmt::format("too much from {} at once", conversation_.server())));
      }
    }
  }

  ProbeResult refused(const char* what, const LdapClient::Answer& answer) const {
    return failure(fmt::format("LDAP {} refused by {}: {}", what, conversation_.server(), excerpt(answer.text)));
  }
  static ProbeResult failure(std::string reason) { return {Outcome::kFailure, std::move(reason)}; }

  void abort() override { conversation_.abort(); }
  std::string timed_out() const override { return mask_.apply(conversation_.timed_out()); }

  Target target_;
  SecretMask mask_;
  Conversation conversation_;
  std::shared_ptr<const re2::RE2> pattern_;
};

}  // namespace

std::shared_ptr<Probe> make_ldap_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<LdapProbe>(tools, target);
}

}  // namespace evenkeel::health
