#include "certificates/ocsp.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/err.h>

#include "certificates/openssl.h"

namespace evenkeel::certificates {
namespace {

constexpr size_t kLongestAnswer = 64 << 10;
constexpr long kSlack = 300;  // seconds by which the responder's clock may be ahead
constexpr std::chrono::hours kWithoutNextUpdate{1};

struct Pair {
  std::vector<Certificate> certificates;
  X509* subject() const { return certificates[0].get(); }
  X509* issuer() const { return certificates[1].get(); }
};

Result<Pair> pair_of(const std::string& chain) {
  auto certificates = read_certificates(chain);
  if (!certificates) return fail(certificates.error());
  if (certificates->size() < 2) {
    return fail(ErrorCode::kInvalidArgument, "the chain does not have the issuer, whom OCSP is about");
  }
  return Pair{std::move(*certificates)};
}

OCSP_CERTID* id_of(const Pair& pair) {
  return OCSP_cert_to_id(EVP_sha1(), pair.subject(), pair.issuer());
}

// Signed by the issuer, or by somebody whom the issuer has given that task.
bool is_signed(OCSP_BASICRESP* answer, const Pair& pair, WallTime now) {
  const Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  STACK_OF(X509)* const known = sk_X509_new_null();
  for (size_t i = 1; i < pair.certificates.size(); ++i) {
    X509_STORE_add_cert(store.get(), pair.certificates[i].get());
    sk_X509_push(known, pair.certificates[i].get());
  }
  // The issuer need not be a root: clients, not we, decide whom they trust.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), std::chrono::system_clock::to_time_t(now));
  const bool is_good = OCSP_basic_verify(answer, known, store.get(), 0) == 1;
  sk_X509_free(known);
  return is_good;
}

size_t collect(const char* data, size_t size, size_t count, void* to) {
  auto& answer = *static_cast<std::string*>(to);
  if (answer.size() + size * count > kLongestAnswer) return 0;
  answer.append(data, size * count);
  return size * count;
}

}  // namespace

Result<std::string> make_ocsp_request(const std::string& chain) {
  const auto pair = pair_of(chain);
  if (!pair) return fail(pair.error());
  const Owned<OCSP_REQUEST, OCSP_REQUEST_free> request(OCSP_REQUEST_new());
  OCSP_CERTID* const id = id_of(*pair);
  if (id == nullptr || OCSP_request_add0_id(request.get(), id) == nullptr) {
    OCSP_CERTID_free(id);
    return fail(ErrorCode::kInternal, "cannot make the question: " + last_words());
  }
  unsigned char* der = nullptr;
  const int length = i2d_OCSP_REQUEST(request.get(), &der);
  if (length <= 0) return fail(ErrorCode::kInternal, "cannot make the question: " + last_words());
  std::string text(reinterpret_cast<char*>(der), static_cast<size_t>(length));
  OPENSSL_free(der);
  return text;
}

Result<OcspAnswer> read_ocsp_response(std::string_view der, const std::string& chain, WallTime now) {
  const auto pair = pair_of(chain);
  if (!pair) return fail(pair.error());
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ERR_clear_error();
  const Owned<OCSP_RESPONSE, OCSP_RESPONSE_free> response(
      d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(der.size())));
  if (!response) return fail(ErrorCode::kInvalidArgument, "this is no OCSP response: " + last_words());
  if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the responder refuses to answer: {}", OCSP_response_status_str(status)));
  }
  const Owned<OCSP_BASICRESP, OCSP_BASICRESP_free> basic(OCSP_response_get1_basic(response.get()));
  if (!basic) return fail(ErrorCode::kInvalidArgument, "the responder's answer has nothing in it: " + last_words());
  if (!is_signed(basic.get(), *pair, now)) {
    return fail(ErrorCode::kInvalidArgument, "the responder's answer is not signed by the issuer: " + last_words());
  }
  const Owned<OCSP_CERTID, OCSP_CERTID_free> id(id_of(*pair));
  int status = 0;
  int reason = 0;
  ASN1_GENERALIZEDTIME* revoked = nullptr;
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  if (OCSP_resp_find_status(basic.get(), id.get(), &status, &reason, &revoked, &from, &until) != 1) {
    return fail(ErrorCode::kInvalidArgument, "the responder's answer is about another certificate");
  }
  if (status != V_OCSP_CERTSTATUS_GOOD && status != V_OCSP_CERTSTATUS_REVOKED) {
    return fail(ErrorCode::kUnsupported, "the authority says that it does not know the certificate");
  }
  OcspAnswer answer{std::string(der), time_of(from), until == nullptr ? now + kWithoutNextUpdate : time_of(until)};
  if (status == V_OCSP_CERTSTATUS_REVOKED) answer.objection = "the authority has revoked the certificate: replace it";
  if (answer.this_update > now + std::chrono::seconds(kSlack) || answer.next_update <= now) {
    return fail(ErrorCode::kInvalidArgument, "the responder's answer is not valid now");
  }
  return answer;
}

Result<OcspAnswer> fetch_ocsp(const std::string& chain, const std::string& responder, WallTime now) {
  constexpr long kLongest = 10;  // seconds
  const auto request = make_ocsp_request(chain);
  if (!request) return fail(request.error());
  const Owned<CURL, curl_easy_cleanup> curl(curl_easy_init());
  const Owned<curl_slist, curl_slist_free_all> headers(
      curl_slist_append(nullptr, "Content-Type: application/ocsp-request"));
  std::string answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, responder.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request->data());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(request->size()));
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kLongest);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("the responder {} does not answer: {}", responder, curl_easy_strerror(code)));
  }
  return read_ocsp_response(answer, chain, now);
}

}  // namespace evenkeel::certificates
