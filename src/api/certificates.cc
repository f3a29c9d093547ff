// Certificates: listed, brought, made, replaced, removed. Their keys come in and never go out.

#include <fmt/format.h>

#include <functional>
#include <map>

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "base/base64.h"
#include "certificates/bundle.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

constexpr int kMostDays = 3650;
constexpr int kUsualDays = 365;
constexpr size_t kLongestText = 256;
constexpr size_t kLongestLabel = 64;

std::unexpected<ChangeRefused> refuse_field(std::string_view field, std::string message, std::string hint) {
  return refused(Error{ErrorCode::kInvalidArgument, message, {}, 0},
                 {{fmt::format("$.{}", field), message, std::move(hint)}});
}

// Each field is read by its own function; one that nobody reads is an error.
class Body {
 public:
  static Changed<Body> of(const Request& request) {
    auto parsed = parse_body(request);
    if (!parsed) return std::unexpected(parsed.error());
    if (!parsed->is_object()) return refused(ErrorCode::kInvalidArgument, "the body must be an object");
    return Body(std::move(parsed->get_object()));
  }

  Changed<std::string> text(std::string_view name, size_t longest) {
    const auto value = take(name);
    if (!value) return std::string();
    if (!value->is_string()) return refuse_field(name, fmt::format("{} must be a text", name), "");
    if (value->get_string().size() > longest) {
      return refuse_field(name, fmt::format("{} has more than {} characters", name, longest), "");
    }
    return std::string(value->get_string());
  }

  Changed<std::vector<std::string>> texts(std::string_view name) {
    const auto value = take(name);
    std::vector<std::string> list;
    if (!value) return list;
    const auto* const array = value->if_array();
    if (array == nullptr) return refuse_field(name, fmt::format("{} must be a list of texts", name), "");
    for (const auto& one : *array) {
      if (!one.is_string()) return refuse_field(name, fmt::format("{} must be a list of texts", name), "");
      list.emplace_back(one.get_string());
    }
    return list;
  }

  Changed<int> number(std::string_view name, int low, int high, int usual) {
    const auto value = take(name);
    if (!value) return usual;
    const auto* const number = value->if_int64();
    if (number == nullptr || *number < low || *number > high) {
      return refuse_field(name, fmt::format("{} must be a whole number from {} to {}", name, low, high), "");
    }
    return static_cast<int>(*number);
  }

  Changed<bool> flag(std::string_view name) {
    const auto value = take(name);
    if (!value) return false;
    if (!value->is_bool()) return refuse_field(name, fmt::format("{} must be true or false", name), "");
    return value->get_bool();
  }

  Changed<bool> end() const {
    if (fields_.empty()) return true;
    const std::string_view name = fields_.begin()->key();
    return refuse_field(name, fmt::format("unknown field \"{}\"", name), "");
  }

 private:
  explicit Body(json::object fields) : fields_(std::move(fields)) {}

  std::optional<json::value> take(std::string_view name) {
    const auto found = fields_.find(name);
    if (found == fields_.end()) return std::nullopt;
    json::value value = std::move(found->value());
    fields_.erase(found);
    return value;
  }

  json::object fields_;
};

bool is_label(std::string_view label) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !label.empty() && label.size() <= kLongestLabel && is_letter(label.front()) &&
         std::ranges::all_of(label, [&](char c) { return is_letter(c) || c == '_' || c == '-' || c == '.'; });
}

Changed<std::string> read_label(Body& body) {
  auto label = body.text("label", kLongestText);
  if (!label || is_label(*label)) return label;
  return refuse_field("label", fmt::format("\"{}\" is not a label", *label),
                      "write 1 to 64 letters, digits, \"_\", \"-\" or \".\", starting with a letter or digit");
}

Changed<UploadedCertificate> read_upload(Body& body) {
  constexpr size_t kLongest = 2 * certificates::kLongestBundle;  // of base64
  UploadedCertificate upload;
  auto pem = body.text("pem", kLongest);
  if (!pem) return std::unexpected(pem.error());
  auto encoded = body.text("pkcs12", kLongest);
  if (!encoded) return std::unexpected(encoded.error());
  auto password = body.text("password", kLongestText);
  if (!password) return std::unexpected(password.error());
  if (pem->empty() == encoded->empty()) {
    return refuse_field("pem", "give either pem or pkcs12", "pkcs12 is the file in base64");
  }
  auto der = from_base64(*encoded, WhiteSpace::kPassedOver);
  if (!der) return refuse_field("pkcs12", "this is no base64", "");
  return UploadedCertificate{std::move(*pem), std::move(*der), std::move(*password)};
}

Changed<IssuedCertificate> read_issue(Body& body) {
  IssuedCertificate issue;
  auto names = body.texts("names");
  if (!names) return std::unexpected(names.error());
  issue.subject.names = std::move(*names);
  const std::array<std::pair<const char*, std::string*>, 6> parts{{{"organisation", &issue.subject.organisation},
                                                                   {"unit", &issue.subject.unit},
                                                                   {"city", &issue.subject.city},
                                                                   {"province", &issue.subject.province},
                                                                   {"country", &issue.subject.country},
                                                                   {"email", &issue.subject.email}}};
  for (const auto& [name, part] : parts) {
    auto text = body.text(name, kLongestText);
    if (!text) return std::unexpected(text.error());
    *part = std::move(*text);
  }
  const auto key = body.text("key", kLongestText);
  if (!key) return std::unexpected(key.error());
  const auto kind = certificates::key_kind(key->empty() ? "ec-p256" : *key);
  if (!kind) {
    return refuse_field("key", fmt::format("\"{}\" is no kind of key", *key),
                        fmt::format("write {}", certificates::kKeyKinds));
  }
  issue.key = *kind;
  return issue;
}

Changed<certificates::AcmeRecord> read_acme(Body& body) {
  certificates::AcmeRecord record;
  auto names = body.texts("names");
  if (!names) return std::unexpected(names.error());
  record.names = std::move(*names);
  std::string challenge = certificates::to_string(record.challenge);
  const std::array<std::pair<const char*, std::string*>, 5> parts{{{"directory", &record.directory},
                                                                   {"email", &record.email},
                                                                   {"challenge", &challenge},
                                                                   {"hook", &record.hook},
                                                                   {"key", &record.key}}};
  for (const auto& [name, part] : parts) {
    auto text = body.text(name, kLongestText);
    if (!text) return std::unexpected(text.error());
    if (!text->empty()) *part = std::move(*text);
  }
  const auto agrees = body.flag("agree");
  if (!agrees) return std::unexpected(agrees.error());
  if (challenge != "http-01" && challenge != "dns-01") {
    return refuse_field("challenge", fmt::format("\"{}\" is no challenge", challenge), "write http-01 or dns-01");
  }
  record.challenge = challenge == "dns-01" ? certificates::Challenge::kDns01 : certificates::Challenge::kHttp01;
  if (const auto valid = certificates::validate(record); !valid) {
    return refuse_field(valid.error().object, valid.error().message, "");
  }
  if (!*agrees) {
    return refuse_field("agree", "an ACME server issues certificates to those who agree to its terms",
                        "read them; the directory names them as termsOfService. Then set agree to true");
  }
  return record;
}

Answer answer(Call& call, CertificateChange wanted) {
  const auto dry_run = call.query.boolean("dry_run");
  if (!dry_run) co_return refuse(dry_run.error());
  wanted.dry_run = *dry_run;
  wanted.author = call.request.peer.name;
  const auto result = co_await call.context.control.change_certificate(std::move(wanted));
  if (!result) co_return refuse(result.error());
  co_return reply(json::object{{"certificate", observed::to_json(result->certificate, observed::Detail::kWithPem)},
                               {"layer7", result->layer7}});
}

// `read`: what is wanted, from the body.
template <class Read>
Answer issue(Call& call, Read read) {
  auto body = Body::of(call.request);
  if (!body) co_return refuse(body.error());
  auto label = read_label(*body);
  if (!label) co_return refuse(label.error());
  auto wanted = read(*body);
  if (!wanted) co_return refuse(wanted.error());
  if (const auto end = body->end(); !end) co_return refuse(end.error());
  co_return co_await answer(call, {.label = std::move(*label), .author = {}, .wanted = std::move(*wanted)});
}

}  // namespace

Answer get_certificates(Call& call) {
  json::array list;
  for (const auto& one : call.context.control.certificates()) {
    list.emplace_back(observed::to_json(one, observed::Detail::kSummary));
  }
  co_return reply(json::object{{"certificates", std::move(list)}});
}

Answer get_certificate(Call& call) {
  const auto& label = call.capture("label");
  for (const auto& one : call.context.control.certificates()) {
    if (one.label == label) co_return reply(observed::to_json(one, observed::Detail::kWithPem));
  }
  co_return refuse(Error{ErrorCode::kNotFound, fmt::format("there is no certificate {}", label), {}, 0});
}

Answer post_certificate(Call& call) {
  return issue(call, read_upload);
}

Answer put_certificate(Call& call) {
  auto body = Body::of(call.request);
  if (!body) co_return refuse(body.error());
  auto upload = read_upload(*body);
  if (!upload) co_return refuse(upload.error());
  if (const auto end = body->end(); !end) co_return refuse(end.error());
  co_return co_await answer(
      call, {.label = call.capture("label"), .author = {}, .replaces = true, .wanted = std::move(*upload)});
}

Answer post_self_signed(Call& call) {
  return issue(call, [](Body& body) -> Changed<IssuedCertificate> {
    const auto days = body.number("days", 1, kMostDays, kUsualDays);
    if (!days) return std::unexpected(days.error());
    auto wanted = read_issue(body);
    if (wanted) wanted->days = *days;
    return wanted;
  });
}

Answer post_certificate_request(Call& call) {
  return issue(call, read_issue);
}

Answer post_acme(Call& call) {
  return issue(call, read_acme);
}

Answer renew_certificate(Call& call) {
  const auto& label = call.capture("label");
  const auto begun = call.context.control.renew_certificate(label, call.request.peer.name);
  if (!begun) co_return refuse(begun.error());
  co_return reply(json::object{{"renewing", label}});
}

Answer delete_certificate(Call& call) {
  const auto& label = call.capture("label");
  const auto removed = co_await call.context.control.remove_certificate(label, call.request.peer.name);
  if (!removed) co_return refuse(removed.error());
  co_return reply(json::object{{"removed", label}});
}

}  // namespace evenkeel::api
