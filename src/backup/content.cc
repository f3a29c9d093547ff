#include "backup/content.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "access/role.h"
#include "certificates/acme_record.h"
#include "config/schema.h"
#include "model/json.h"
#include "model/names.h"

namespace evenkeel::backup {
namespace json = boost::json;
namespace {

using config::from_stored;
using config::to_stored;

constexpr size_t kMostInAList = 100'000;

// Reads the members of one object; the first that is wrong is remembered.
class Reader {
 public:
  Reader(const json::value& value, std::string path) : object_(value.if_object()), path_(std::move(path)) {
    if (object_ == nullptr) refuse("", "an object is wanted");
  }

  std::string text(std::string_view name) {
    const json::value* const value = find(name);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    refuse(name, "a text is wanted");
    return {};
  }
  int64_t integer(std::string_view name) {
    const json::value* const value = find(name);
    if (value != nullptr && value->is_int64()) return value->get_int64();
    refuse(name, "a whole number is wanted");
    return 0;
  }
  WallTime time(std::string_view name) { return from_stored(integer(name)); }
  std::optional<WallTime> optional_time(std::string_view name) {
    const json::value* const value = find(name);
    if (value != nullptr && value->is_null()) return std::nullopt;
    return time(name);
  }
  template <class T>
  T one_of(std::string_view name, std::optional<T> known) {
    if (!known) refuse(name, "it is not known");
    return known.value_or(T{});
  }

  void refuse(std::string_view name, std::string_view what) {
    if (error_) return;
    error_ = Error{
        ErrorCode::kInvalidArgument,
        fmt::format("the backup's content cannot be read: {}{}{}: {}", path_, name.empty() ? "" : ".", name, what),
        {},
        0};
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const json::value* find(std::string_view name) const {
    return object_ == nullptr ? nullptr : object_->if_contains(name);
  }

  const json::object* object_;
  std::string path_;
  std::optional<Error> error_;
};

json::value to_json(const std::optional<WallTime>& time) {
  return time ? json::value(to_stored(*time)) : json::value();
}

json::object to_json(const model::OperatorAction& action) {
  return {{"virtual_service", action.key.virtual_service},
          {"real_server", action.key.real_server},
          {"state", to_string(action.state)},
          {"author", action.author},
          {"reason", action.reason},
          {"at", to_stored(action.at)},
          {"deadline", to_json(action.deadline)}};
}

model::OperatorAction read_action(Reader& in) {
  model::OperatorAction action;
  action.key = {in.text("virtual_service"), in.text("real_server")};
  action.state = in.one_of("state", model::from_string<model::OperatorState>(in.text("state")));
  action.author = in.text("author");
  action.reason = in.text("reason");
  action.at = in.time("at");
  action.deadline = in.optional_time("deadline");
  return action;
}

json::object to_json(const config::StoredCertificate& certificate) {
  return {{"label", certificate.label},
          {"origin", certificate.origin},
          {"chain", certificate.chain},
          {"key", certificate.key},
          {"request", certificate.request},
          {"at", to_stored(certificate.at)},
          {"acme", certificate.acme ? certificates::to_stored(*certificate.acme) : ""}};
}

// None: it is not issued by ACME.
std::optional<certificates::AcmeRecord> read_acme(Reader& in) {
  const std::string stored = in.text("acme");
  if (stored.empty()) return std::nullopt;
  auto record = certificates::acme_record_from_stored(stored);
  if (record) return std::move(*record);
  in.refuse("acme", record.error().message);
  return std::nullopt;
}

config::StoredCertificate read_certificate(Reader& in) {
  return {.label = in.text("label"),
          .origin = in.text("origin"),
          .chain = in.text("chain"),
          .key = in.text("key"),
          .request = in.text("request"),
          .ocsp = {},
          .at = in.time("at"),
          .acme = read_acme(in)};
}

json::object to_json(const access::User& user) {
  return {{"name", user.name},
          {"role", to_string(user.role)},
          {"source", to_string(user.source)},
          {"password_hash", user.password_hash},
          {"totp_secret", user.totp_secret},
          {"totp_used", user.totp_used},
          {"created", to_stored(user.created)},
          {"last_sign_in", to_json(user.last_sign_in)}};
}

access::User read_user(Reader& in) {
  return {.name = in.text("name"),
          .role = in.one_of("role", access::parse_role(in.text("role"))),
          .source = in.one_of("source", access::parse_source(in.text("source"))),
          .password_hash = in.text("password_hash"),
          .totp_secret = in.text("totp_secret"),
          .totp_used = in.integer("totp_used"),
          .created = in.time("created"),
          .last_sign_in = in.optional_time("last_sign_in")};
}

json::object to_json(const access::Token& token) {
  return {{"label", token.label},           {"role", to_string(token.role)},       {"fingerprint", token.fingerprint},
          {"created_by", token.created_by}, {"created", to_stored(token.created)}, {"expires", to_json(token.expires)}};
}

access::Token read_token(Reader& in) {
  return {.id = 0,
          .label = in.text("label"),
          .role = in.one_of("role", access::parse_role(in.text("role"))),
          .fingerprint = in.text("fingerprint"),
          .created_by = in.text("created_by"),
          .created = in.time("created"),
          .expires = in.optional_time("expires")};
}

json::object to_json(const Files& files) {
  json::object object{{"web_certificate", nullptr}, {"acme_account", files.acme_account}};
  if (const auto& web = files.web_certificate) object["web_certificate"] = {{"stored", web->stored}, {"pem", web->pem}};
  return object;
}

// Backups of before there were any have none.
Result<Files> read_files(const json::value& document) {
  const json::object* const object = document.if_object();
  const json::value* const value = object == nullptr ? nullptr : object->if_contains("files");
  if (value == nullptr) return Files{};
  Reader in(*value, "files");
  Files files;
  files.acme_account = in.text("acme_account");
  const json::value* const web = value->is_object() ? value->as_object().if_contains("web_certificate") : nullptr;
  if (web != nullptr && !web->is_null()) {
    Reader of_web(*web, "files.web_certificate");
    files.web_certificate = Files::WebCertificate{.stored = of_web.text("stored"), .pem = of_web.text("pem")};
    if (of_web.error()) return fail(*of_web.error());
  }
  if (in.error()) return fail(*in.error());
  return files;
}

template <class T>
json::array list_of(const std::vector<T>& values) {
  json::array list;
  for (const T& value : values) list.emplace_back(to_json(value));
  return list;
}

template <class T>
Result<std::vector<T>> read_list(const json::value& document, std::string_view name, T (*read)(Reader&)) {
  const json::object* const object = document.if_object();
  const json::value* const value = object == nullptr ? nullptr : object->if_contains(name);
  const json::array* const list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr || list->size() > kMostInAList) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("the backup's content cannot be read: {}: no list", name));
  }
  std::vector<T> values;
  for (size_t i = 0; i < list->size(); ++i) {
    Reader in((*list)[i], fmt::format("{}[{}]", name, i));
    values.push_back(read(in));
    if (in.error()) return fail(*in.error());
  }
  return values;
}

Result<Content> parse_access(const json::value& document) {
  Content content;
  auto users = read_list(document, "users", read_user);
  if (!users) return fail(users.error());
  content.users = std::move(*users);
  auto tokens = read_list(document, "tokens", read_token);
  if (!tokens) return fail(tokens.error());
  content.tokens = std::move(*tokens);
  return content;
}

}  // namespace

json::object rest_to_json(const Content& content, Access access) {
  json::object document;
  if (content.files != Files{}) document["files"] = to_json(content.files);
  if (access == Access::kLeftOut) return document;
  document["users"] = list_of(content.users);
  document["tokens"] = list_of(content.tokens);
  return document;
}

Result<Rest> parse_rest(const json::value& document) {
  Rest rest;
  const json::object* const object = document.if_object();
  rest.has_access = object != nullptr && object->contains("users");
  if (rest.has_access) {
    auto content = parse_access(document);
    if (!content) return fail(content.error());
    rest.content = std::move(*content);
  }
  auto files = read_files(document);
  if (!files) return fail(files.error());
  rest.content.files = std::move(*files);
  return rest;
}

json::object to_json(const Content& content) {
  json::object document = rest_to_json(content, Access::kIncluded);
  document["configuration"] = model::to_json(content.configuration, model::Secrets::kPlain);
  document["operator_actions"] = list_of(content.operator_actions);
  document["certificates"] = list_of(content.certificates);
  return document;
}

Result<Content> parse_content(const json::value& document) {
  auto content = parse_access(document);
  if (!content) return content;
  const json::value* const configuration = document.as_object().if_contains("configuration");
  auto parsed = model::parse_configuration(configuration == nullptr ? json::value() : *configuration);
  if (!parsed) {
    const model::Problem& first = parsed.error().front();
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the backup's configuration cannot be read: {}: {}", first.path, first.message));
  }
  content->configuration = std::move(*parsed);
  auto actions = read_list(document, "operator_actions", read_action);
  if (!actions) return fail(actions.error());
  content->operator_actions = std::move(*actions);
  auto certificates = read_list(document, "certificates", read_certificate);
  if (!certificates) return fail(certificates.error());
  content->certificates = std::move(*certificates);
  auto files = read_files(document);
  if (!files) return fail(files.error());
  content->files = std::move(*files);
  return content;
}

}  // namespace evenkeel::backup
