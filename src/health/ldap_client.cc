#include "health/ldap_client.h"

#include <fmt/format.h>
#include <openldap.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>

namespace evenkeel::health {
namespace {

constexpr ber_len_t kLargestMessage = ber_len_t{128} * 1024;
constexpr int kMostReads = 10'000;
constexpr size_t kMostAttributeText = size_t{64} * 1024;

Error ldap_error(int code) {
  return {ErrorCode::kInternal, ldap_err2string(code), {}, 0};
}

void append_attributes(LDAP* handle, LDAPMessage* entry, std::string& text) {
  BerElement* position = nullptr;
  for (char* name = ldap_first_attribute(handle, entry, &position); name != nullptr;
       name = ldap_next_attribute(handle, entry, position)) {
    berval** values = ldap_get_values_len(handle, entry, name);
    for (berval** value = values; value != nullptr && *value != nullptr && text.size() < kMostAttributeText; ++value) {
      text += fmt::format("{}: {}\n", name, std::string_view((*value)->bv_val, (*value)->bv_len));
    }
    ldap_value_free_len(values);
    ldap_memfree(name);
  }
  ber_free(position, 0);
}

}  // namespace

Result<std::unique_ptr<LdapClient>> LdapClient::make() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(system_error("cannot make a socket pair"));
  }
  std::unique_ptr<LdapClient> client(new LdapClient);
  client->outside_ = Fd(ends[0]);
  LDAP* handle = nullptr;
  // Takes over the other end.
  if (const int code = ldap_init_fd(ends[1], LDAP_PROTO_TCP, "ldap://", &handle); code != LDAP_SUCCESS) {
    return fail(ldap_error(code));
  }
  client->handle_.reset(handle);
  const int version = LDAP_VERSION3;
  ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
  ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
  ldap_set_option(handle, LDAP_OPT_RESTART, LDAP_OPT_OFF);
  Sockbuf* buffer = nullptr;
  ber_len_t largest = kLargestMessage;
  if (ldap_get_option(handle, LDAP_OPT_SOCKBUF, &buffer) == LDAP_OPT_SUCCESS && buffer != nullptr) {
    ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &largest);
  }
  return client;
}

Result<int> LdapClient::bind(const std::string& name, const std::string& password) {
  berval credentials{password.size(), const_cast<char*>(password.data())};
  int operation = 0;
  const int code =
      ldap_sasl_bind(handle_.get(), name.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, &operation);
  if (code != LDAP_SUCCESS) return fail(ldap_error(code));
  return operation;
}

Result<int> LdapClient::read_entry(const std::string& name) {
  int operation = 0;
  const int code = ldap_search_ext(handle_.get(), name.c_str(), LDAP_SCOPE_BASE, "(objectClass=*)", nullptr, 0, nullptr,
                                   nullptr, nullptr, 1, &operation);
  if (code != LDAP_SUCCESS) return fail(ldap_error(code));
  return operation;
}

Result<int> LdapClient::start_tls() {
  int operation = 0;
  const int code = ldap_extended_operation(handle_.get(), LDAP_EXOP_START_TLS, nullptr, nullptr, nullptr, &operation);
  if (code != LDAP_SUCCESS) return fail(ldap_error(code));
  return operation;
}

std::string LdapClient::to_send() {
  std::string bytes;
  std::array<char, 4096> buffer;
  for (ssize_t size = 0; (size = ::recv(outside_.get(), buffer.data(), buffer.size(), 0)) > 0;) {
    bytes.append(buffer.data(), static_cast<size_t>(size));
  }
  return bytes;
}

bool LdapClient::receive(std::string_view bytes) {
  return ::send(outside_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool LdapClient::has_more_to_read() const {
  Sockbuf* buffer = nullptr;
  int descriptor = -1, waiting = 0;
  ldap_get_option(handle_.get(), LDAP_OPT_SOCKBUF, &buffer);
  ldap_get_option(handle_.get(), LDAP_OPT_DESC, &descriptor);
  if (buffer != nullptr && ber_sockbuf_ctrl(buffer, LBER_SB_OPT_DATA_READY, nullptr) > 0) return true;
  return descriptor >= 0 && ::ioctl(descriptor, FIONREAD, &waiting) == 0 && waiting > 0;
}

Result<std::optional<LdapClient::Answer>> LdapClient::answer(int operation) {
  timeval no_time{};
  LDAPMessage* message = nullptr;
  int kind = 0;
  // Without time to wait the library reads one message at each call, also where it has more.
  for (int reads = 0; kind == 0 && reads < kMostReads; ++reads) {
    kind = ldap_result(handle_.get(), operation, LDAP_MSG_ALL, &no_time, &message);
    if (!has_more_to_read()) break;
  }
  if (kind == 0) return std::nullopt;
  if (kind < 0) {
    int code = LDAP_SERVER_DOWN;
    ldap_get_option(handle_.get(), LDAP_OPT_RESULT_CODE, &code);
    return fail(ldap_error(code));
  }
  Answer answer;
  for (LDAPMessage* entry = ldap_first_entry(handle_.get(), message); entry != nullptr;
       entry = ldap_next_entry(handle_.get(), entry)) {
    ++answer.entries;
    append_attributes(handle_.get(), entry, answer.attributes);
  }
  char* said = nullptr;
  const int parsed = ldap_parse_result(handle_.get(), message, &answer.code, nullptr, &said, nullptr, nullptr, 1);
  answer.text = ldap_err2string(parsed == LDAP_SUCCESS ? answer.code : parsed);
  if (said != nullptr && *said != '\0') answer.text += fmt::format(" ({})", said);
  ldap_memfree(said);
  if (parsed != LDAP_SUCCESS) return fail(ldap_error(parsed));
  return answer;
}

}  // namespace evenkeel::health
