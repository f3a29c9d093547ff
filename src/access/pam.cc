#include "access/pam.h"

#include <fmt/format.h>
#include <security/pam_appl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace evenkeel::access {
namespace {

// Modules ask with the echo off for the password, and are given it; nobody is there to answer anything else.
int converse(int count, const pam_message** messages, pam_response** responses, void* password) {
  if (count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
  // The modules free() it.
  auto* answers = static_cast<pam_response*>(std::calloc(static_cast<size_t>(count), sizeof(pam_response)));
  if (answers == nullptr) return PAM_BUF_ERR;
  for (int index = 0; index < count; ++index) {
    if (messages[index]->msg_style == PAM_PROMPT_ECHO_OFF) {
      answers[index].resp = strdup(static_cast<const std::string*>(password)->c_str());
    }
  }
  *responses = answers;
  return PAM_SUCCESS;
}

class Conversation {
 public:
  explicit Conversation(const PamRequest& request) : password_(request.password) {
    status_ = pam_start_confdir(request.service.c_str(), request.user.c_str(), &conversation_,
                                request.directory.c_str(), &handle_);
    set(PAM_RHOST, request.address);
    set(PAM_TTY, request.service);
  }
  ~Conversation() {
    if (handle_ != nullptr) pam_end(handle_, status_);
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  int authenticate() {
    constexpr int kFlags = PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK;
    if (status_ == PAM_SUCCESS) status_ = pam_authenticate(handle_, kFlags);
    if (status_ == PAM_SUCCESS) status_ = pam_acct_mgmt(handle_, kFlags);
    return status_;
  }
  std::string reason() const { return pam_strerror(handle_, status_); }

 private:
  void set(int item, const std::string& value) {
    if (status_ == PAM_SUCCESS) status_ = pam_set_item(handle_, item, value.c_str());
  }

  std::string password_;
  pam_conv conversation_{converse, &password_};
  pam_handle_t* handle_ = nullptr;
  int status_ = PAM_SUCCESS;
};

bool is_refusal(int status) {
  switch (status) {
    case PAM_AUTH_ERR:
    case PAM_USER_UNKNOWN:
    case PAM_PERM_DENIED:
    case PAM_MAXTRIES:
    case PAM_ACCT_EXPIRED:
    case PAM_CRED_EXPIRED:
    case PAM_NEW_AUTHTOK_REQD:
    case PAM_AUTHTOK_EXPIRED:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<> authenticate_by_pam(const PamRequest& request) {
  const std::string file = request.directory + "/" + request.service;
  // PAM would take the service "other" instead, which may ask the machine's own accounts.
  if (::access(file.c_str(), R_OK) != 0) return fail(system_error("PAM is not set up for Evenkeel", file));
  Conversation conversation(request);
  const int status = conversation.authenticate();
  if (status == PAM_SUCCESS) return {};
  if (is_refusal(status)) return fail(ErrorCode::kPermission, conversation.reason());
  return fail(ErrorCode::kUnavailable, fmt::format("PAM cannot tell: {}", conversation.reason()));
}

}  // namespace evenkeel::access
