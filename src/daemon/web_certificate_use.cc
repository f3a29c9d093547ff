// The web interface's certificate as the controller sees it: one that is brought for it alone, or one of the stored
// ones.

#include <fmt/format.h>

#include "daemon/turn.h"

namespace evenkeel::daemon {
namespace {

std::optional<desired::Certificate> find_stored(const CertificateShelf& shelf, const std::string& label) {
  const auto found = shelf.certificates().find(label);
  return found == shelf.certificates().end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

using api::Changed;
using api::ChangeRefused;
using observed::WebStatus;

void Controller::start_web() {
  parts_.web.start([this](const std::string& label) { return find_stored(certificates_, label); },
                   parts_.acme_thumbprint);
  note_web_certificate();
}

void Controller::note_web_certificate() {
  certificates_.note_web({parts_.web.stored_certificate(), parts_.web.answers_acme()});
}

// Why it could not follow the one of that label among these; empty: it could, or there is no label.
std::string Controller::objection_of_web(const CertificateShelf& shelf, const std::string& label) const {
  if (label.empty()) return {};
  const auto pem = pem_of_stored(label, find_stored(shelf, label), parts_.clock.wall_now());
  return pem ? "" : pem.error();
}

boost::asio::awaitable<Changed<WebStatus>> Controller::replace_web_certificate(std::string certificate, std::string key,
                                                                               std::string author) {
  co_await Turn::wait(*this);
  const Turn turn(*this);
  auto replaced = co_await parts_.web.replace_certificate(std::move(certificate), std::move(key), std::move(author));
  note_web_certificate();
  look_at_certificates();
  co_return replaced;
}

boost::asio::awaitable<Changed<WebStatus>> Controller::use_web_certificate(std::string label, std::string author) {
  co_await Turn::wait(*this);
  const Turn turn(*this);
  if (auto problem = certificates_.problem_for_web(label)) {
    co_return std::unexpected(ChangeRefused{{ErrorCode::kInvalidArgument, problem->message, {}, 0}, {*problem}});
  }
  auto used = co_await parts_.web.use_stored(std::move(label), std::move(author));
  note_web_certificate();
  look_at_certificates();
  co_return used;
}

}  // namespace evenkeel::daemon
