#include "alerts/delivery.h"

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "model/json.h"

namespace evenkeel::alerts {
namespace {

constexpr std::chrono::seconds kConnectTimeout{10};

struct Deleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};

// libcurl's linked list of strings.
class Lines {
 public:
  void add(const std::string& line) { list_.reset(curl_slist_append(list_.release(), line.c_str())); }
  curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, Deleter> list_;
};

// What the other side said last, for the error: "535 5.7.8 authentication failed".
size_t keep_last_line(const char* data, size_t size, size_t count, void* kept) {
  constexpr size_t kLongest = 200;
  std::string_view line(data, std::min(size * count, kLongest));
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.remove_suffix(1);
  if (!line.empty()) *static_cast<std::string*>(kept) = line;
  return size * count;
}

size_t ignore_body(const char* /*data*/, size_t size, size_t count, void* /*nobody*/) {
  return size * count;
}

int is_given_up(void* give_up, curl_off_t /*to_get*/, curl_off_t /*got*/, curl_off_t /*to_put*/, curl_off_t /*put*/) {
  return static_cast<const std::atomic<bool>*>(give_up)->load() ? 1 : 0;
}

// The authorities that this machine trusts, found as the health checks find them.
CURLcode trust_this_machines_authorities(CURL* /*handle*/, void* context, void* /*nobody*/) {
  return SSL_CTX_set_default_verify_paths(static_cast<SSL_CTX*>(context)) == 1 ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

// One message on its way. Options that libcurl was built without would fail when it is performed.
class Transfer {
 public:
  Transfer(const std::string& url, const char* protocols, bool verify, const std::atomic<bool>& give_up)
      : handle_(curl_easy_init()) {
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, protocols);
    set(CURLOPT_PROXY, "");  // none, whatever the environment says
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, long{kConnectTimeout.count()});
    set(CURLOPT_TIMEOUT, long{kTimeout.count()});
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_HEADERFUNCTION, keep_last_line);
    set(CURLOPT_HEADERDATA, &last_line_);
    set(CURLOPT_WRITEFUNCTION, ignore_body);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, is_given_up);
    set(CURLOPT_XFERINFODATA, &give_up);
    set(CURLOPT_CAINFO, nullptr);
    set(CURLOPT_CAPATH, nullptr);
    set(CURLOPT_SSL_CTX_FUNCTION, trust_this_machines_authorities);
    set(CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_.get(), option, value);
  }
  CURL* handle() const { return handle_.get(); }

  CURLcode perform() { return curl_easy_perform(handle_.get()); }
  long response_code() const {
    long code = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
    return code;
  }
  const std::string& last_line() const { return last_line_; }
  std::string in_words(CURLcode code) const {
    return error_.front() != '\0' ? std::string(error_.data()) : std::string(curl_easy_strerror(code));
  }

 private:
  std::unique_ptr<CURL, Deleter> handle_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::string last_line_;
};

uint16_t port_of(const model::EmailAlerts& server) {
  if (server.port) return *server.port;
  switch (server.security) {
    case model::MailSecurity::kNone:
      return 25;
    case model::MailSecurity::kStarttls:
      return 587;
    case model::MailSecurity::kTls:
      return 465;
  }
  return 587;
}

std::string ascii_line(std::string_view text) {
  constexpr size_t kLongest = 200;
  std::string line(text.substr(0, kLongest));
  std::ranges::replace_if(line, [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

std::string with_line_ends(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\n' ? "\r\n" : std::string(1, c);
  return result;
}

Lines headers_of(const Mail& mail) {
  static std::atomic<uint64_t> number = 0;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(mail.at);
  Lines lines;
  lines.add(fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} +0000", seconds));
  lines.add("From: " + mail.from);
  lines.add(fmt::format("To: {}", fmt::join(mail.to, ", ")));
  lines.add("Subject: " + ascii_line(mail.subject));
  lines.add(fmt::format("Message-ID: <{}.{}@{}>", seconds.time_since_epoch().count(), ++number, mail.host));
  lines.add("Auto-Submitted: auto-generated");
  return lines;
}

// What went wrong, for somebody who can mend it.
std::string mail_failure(const model::EmailAlerts& server, const Transfer& transfer, CURLcode code) {
  const std::string said = transfer.last_line().empty() ? "" : fmt::format(" (it said \"{}\")", transfer.last_line());
  switch (code) {
    case CURLE_USE_SSL_FAILED:
      return "the mail server does not offer STARTTLS: nothing was sent. Set the security to tls or none" + said;
    case CURLE_LOGIN_DENIED:
      return fmt::format("the mail server refuses the login \"{}\" with this password{}", server.login, said);
    case CURLE_PEER_FAILED_VERIFICATION:
      return "the mail server's certificate is not trusted: " + transfer.in_words(code);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
      return "the mail server refuses the message: " + transfer.in_words(code) + said;
    default:
      return transfer.in_words(code) + (transfer.response_code() >= 400 ? said : "");
  }
}

}  // namespace

std::vector<std::string> split_addresses(const std::string& addresses) {
  std::vector<std::string> list;
  for (size_t begin = 0; begin < addresses.size();) {
    const size_t comma = std::min(addresses.find(',', begin), addresses.size());
    std::string address = addresses.substr(begin, comma - begin);
    std::erase(address, ' ');
    if (!address.empty()) list.push_back(std::move(address));
    begin = comma + 1;
  }
  return list;
}

std::string place_of(const model::EmailAlerts& server) {
  const bool is_ipv6 = server.smarthost.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", server.smarthost, port_of(server))
                 : fmt::format("{}:{}", server.smarthost, port_of(server));
}

Result<> send_mail(const model::EmailAlerts& server, const Mail& mail, const std::atomic<bool>& give_up) {
  const char* const scheme = server.security == model::MailSecurity::kTls ? "smtps" : "smtp";
  Transfer transfer(fmt::format("{}://{}/{}", scheme, place_of(server), mail.host), "smtp,smtps",
                    server.verify_certificate, give_up);
  const bool must_secure = server.security != model::MailSecurity::kNone;
  transfer.set(CURLOPT_USE_SSL, must_secure ? long{CURLUSESSL_ALL} : long{CURLUSESSL_NONE});
  if (!server.login.empty()) {
    transfer.set(CURLOPT_USERNAME, server.login.c_str());
    transfer.set(CURLOPT_PASSWORD, server.password.c_str());
  }
  Lines recipients;
  for (const auto& address : mail.to) recipients.add("<" + address + ">");
  transfer.set(CURLOPT_MAIL_FROM, ("<" + mail.from + ">").c_str());
  transfer.set(CURLOPT_MAIL_RCPT, recipients.get());
  transfer.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);  // one wrong address must not keep it from the others
  const Lines headers = headers_of(mail);
  transfer.set(CURLOPT_HTTPHEADER, headers.get());
  const std::unique_ptr<curl_mime, Deleter> mime(curl_mime_init(transfer.handle()));
  curl_mimepart* const part = curl_mime_addpart(mime.get());
  const std::string text = with_line_ends(mail.text);
  curl_mime_data(part, text.data(), text.size());
  curl_mime_type(part, "text/plain; charset=utf-8");
  curl_mime_encoder(part, "quoted-printable");
  transfer.set(CURLOPT_MIMEPOST, mime.get());
  const CURLcode code = transfer.perform();
  if (code == CURLE_OK) return {};
  return fail(ErrorCode::kUnavailable, model::mask_secrets(mail_failure(server, transfer, code)),
              "mail server " + place_of(server));
}

Result<> post(const model::WebhookAlerts& webhook, const boost::json::object& body, const std::atomic<bool>& give_up) {
  Transfer transfer(webhook.url, "http,https", webhook.verify_certificate, give_up);
  Lines headers;
  headers.add("Content-Type: application/json");
  headers.add("Expect:");  // no waiting for a 100
  if (!webhook.bearer.empty()) headers.add("Authorization: Bearer " + webhook.bearer);
  const std::string text = boost::json::serialize(body);
  transfer.set(CURLOPT_HTTPHEADER, headers.get());
  transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
  transfer.set(CURLOPT_POSTFIELDS, text.c_str());
  const CURLcode code = transfer.perform();
  if (code != CURLE_OK) {
    const std::string what = code == CURLE_PEER_FAILED_VERIFICATION ? "its certificate is not trusted: " : "";
    return fail(ErrorCode::kUnavailable, what + transfer.in_words(code), "webhook");
  }
  const long status = transfer.response_code();
  if (status >= 200 && status < 300) return {};
  return fail(ErrorCode::kUnavailable, fmt::format("it answered with HTTP status {}", status), "webhook");
}

}  // namespace evenkeel::alerts
