// The kinds of text that fields have.

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "model/expression.h"
#include "model/kinds.h"
#include "model/secrets.h"
#include "model/virtual_service.h"

namespace evenkeel::model {
namespace {

struct TextRules {
  const char* type;
  std::string range;
  const char* pattern;  // RE2 and ECMA; the empty text is tried against it too
  const char* hint;
  size_t longest;  // bytes
  Shown shown = Shown::kPlainly;
  // What the pattern cannot say: the message, or empty when all is well.
  std::function<std::string(const std::string&)> objection = nullptr;
  bool is_secret = false;  // all of it, not only what looks like a key
  // What is shown in its place; for a masked text that no rule of mask_secrets() fits.
  std::function<std::string(const std::string&)> mask = nullptr;
};

constexpr const char* kOneLine = R"([^\x00-\x1f\x7f]*)";

class TextKind final : public Kind<std::string> {
 public:
  explicit TextKind(TextRules rules) : rules_(std::move(rules)), pattern_(rules_.pattern, RE2::Quiet) {}

  void parse(const boost::json::value& in, std::string& out, const Place& place) const override {
    const auto* text = in.if_string();
    if (text == nullptr) return refuse_type(in, "text", rules_.hint, place);
    std::string candidate(*text);
    if (candidate.size() > rules_.longest) {
      return place.refuse(
          fmt::format("this has {} characters where {} are the limit", candidate.size(), rules_.longest), rules_.hint);
    }
    if (!RE2::FullMatch(candidate, pattern_)) {
      const std::string shown = rules_.is_secret ? "this" : quoted(candidate);
      return place.refuse(fmt::format("{} is not {}", shown, rules_.type), rules_.hint);
    }
    if (is_masked(candidate)) {
      return place.refuse("this key is masked", "give the real one or leave the field as it is");
    }
    if (rules_.objection) {
      std::string objection = rules_.objection(candidate);
      if (!objection.empty()) return place.refuse(std::move(objection), rules_.hint);
    }
    out = std::move(candidate);
  }
  boost::json::value to_json(const std::string& value, Secrets secrets) const override {
    const bool masked = rules_.shown == Shown::kMasked && secrets == Secrets::kMasked;
    if (!masked || value.empty()) return boost::json::string(value);
    return boost::json::string(rules_.is_secret ? std::string(kMask)
                               : rules_.mask    ? rules_.mask(value)
                                                : mask_secrets(value));
  }
  boost::json::object schema() const override {
    return {{"type", "string"}, {"pattern", fmt::format("^(?:{})$", rules_.pattern)}, {"maxLength", rules_.longest}};
  }
  void describe(FieldHelp& help) const override {
    help.type = "text";
    help.range = rules_.range;
  }

 private:
  // Somebody sent back what had been shown.
  bool is_masked(const std::string& text) const {
    if (rules_.is_secret) return text == kMask;
    if (rules_.mask) return text.ends_with(kMask) && rules_.mask(text) == text;
    return rules_.shown == Shown::kMasked && has_masked_secret(text);
  }

  TextRules rules_;
  RE2 pattern_;
};

KindOf<std::string> text(TextRules rules) {
  return std::make_shared<const TextKind>(std::move(rules));
}

std::string object_to_statuses(const std::string& statuses) {
  for (size_t begin = 0; begin < statuses.size();) {
    const size_t comma = std::min(statuses.find(',', begin), statuses.size());
    const std::string item = statuses.substr(begin, comma - begin);
    int first = 0, last = 0;
    std::from_chars(item.data(), item.data() + 3, first);
    std::from_chars(item.data() + item.size() - 3, item.data() + item.size(), last);
    if (first < 100 || last > 599) return fmt::format("\"{}\" is outside 100 to 599", item);
    if (last < first) return fmt::format("\"{}\" runs backwards", item);
    begin = comma + 1;
  }
  return "";
}

// What the probe itself sends.
std::string object_to_headers(const std::string& headers) {
  for (const char* own : {"host", "connection", "content-length", "transfer-encoding"}) {
    if (RE2::PartialMatch(headers, fmt::format("(?im)^{}:", own))) {
      return fmt::format("the header {} is the check's own", own);
    }
  }
  return "";
}

// "https://hooks.example/services/T0/B1/x" as "https://hooks.example/****".
std::string mask_path(const std::string& url) {
  const size_t server = url.find("://");
  const size_t path = server == std::string::npos ? server : url.find_first_of("/?", server + 3);
  if (path == std::string::npos || path + 1 == url.size()) return url;
  return url.substr(0, path + 1) + std::string(kMask);
}

constexpr const char* kMailAddress =
    R"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)";

TextRules label_rules() {
  return {.type = "a label",
          .range = "1 to 64 letters, digits, \"_\", \"-\", \".\"; first a letter or digit",
          .pattern = "[A-Za-z0-9][A-Za-z0-9_.-]{0,63}",
          .hint = "write 1 to 64 letters, digits, \"_\", \"-\" or \".\", starting with a letter or digit",
          .longest = 64};
}

}  // namespace

std::string object_to_expression(const std::string& expression) {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(1 << 20);
  const RE2 compiled(expression, options);
  return compiled.ok() ? "" : fmt::format("not a regular expression: {}", compiled.error());
}

KindOf<std::string> shaped_text(const TextShape& shape) {
  return text({.type = shape.type,
               .range = shape.range,
               .pattern = shape.pattern,
               .hint = shape.hint,
               .longest = shape.longest});
}

KindOf<std::string> label_text() {
  return text(label_rules());
}

KindOf<std::string> label_text_or_empty() {
  TextRules rules = label_rules();
  rules.range = "a label, or empty";
  rules.pattern = "(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,63})?";
  return text(std::move(rules));
}

KindOf<std::string> interface_name() {
  return text({.type = "an interface name",
               .range = "up to 15 characters, or empty",
               // The kernel's rule: no space, "/" or ":", and neither "." nor "..".
               .pattern = R"((?:[!-.0-9;-~]{1,15})?)",
               .hint = "write a name such as \"eth0\", or \"\" for the interface whose network contains the address",
               .longest = 15,
               .objection = [](const std::string& name) {
                 return name == "." || name == ".." ? fmt::format("\"{}\" is not an interface name", name) : "";
               }});
}

KindOf<std::string> plain_interface_name() {
  return text({.type = "an interface name",
               .range = "up to 15 letters, digits and . _ @ -",
               .pattern = R"([A-Za-z0-9._@-]{1,15})",
               .hint = "write a name such as \"eth0\"",
               .longest = 15});
}

KindOf<std::string> host_name() {
  return text({.type = "a host name",
               .range = "a host name, or empty",
               .pattern = R"((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)"
                          R"((?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?)?)",
               .hint = "write a name such as \"papercut.example\", or \"\" for the real server's address",
               .longest = 253});
}

KindOf<std::string> regular_expression() {
  return text(
      {.type = "text on one line",
       .range = "a regular expression (RE2), or empty",
       .pattern = kOneLine,
       .hint = "write a regular expression such as \"\\\"status\\\"\\\\s*:\\\\s*\\\"OK\\\"\", or \"\" for any content",
       .longest = 1024,
       .objection = object_to_expression});
}

KindOf<std::string> request_text(Shown shown) {
  return text({.type = "text on one line",
               .range = "what the protocol asks for, or empty",
               .pattern = kOneLine,
               .hint = "write what to ask for, such as the path \"/api/health?name=value\"; a line end is written \\n",
               .longest = 4096,
               .shown = shown});
}

KindOf<std::string> header_lines(Shown shown) {
  return text(
      {.type = "a list of HTTP headers",
       .range = "lines of the form \"Name: value\", or empty",
       .pattern =
           R"((?:[!#$%&'*+.^_`|~A-Za-z0-9-]+:[^\x00-\x1f\x7f]*(?:\n[!#$%&'*+.^_`|~A-Za-z0-9-]+:[^\x00-\x1f\x7f]*)*)?)",
       .hint = "write \"Name: value\"; several are separated by a line end",
       .longest = 4096,
       .shown = shown,
       .objection = object_to_headers});
}

KindOf<std::string> plain_text(size_t longest) {
  return text({.type = "text on one line",
               .range = fmt::format("up to {} characters, or empty", longest),
               .pattern = kOneLine,
               .hint = "write text without line ends and other control characters",
               .longest = longest});
}

KindOf<std::string> share_name() {
  return text({.type = "the name of a share",
               .range = "up to 80 characters, or empty",
               .pattern = R"([^\x00-\x1f\x7f"/\\\[\]:|<>+=;,*?]*)",
               .hint = "write the share's name alone, such as \"printer\", without \\\\server\\",
               .longest = 80});
}

KindOf<std::string> script_name() {
  return text({.type = "the name of a script",
               .range = "up to 64 letters, digits, \"_\", \"-\", \".\"; first a letter or digit; or empty",
               .pattern = "(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,63})?",
               .hint = "write the file's name alone, such as \"check-queue.sh\", without a directory",
               .longest = 64});
}

KindOf<std::string> json_pointer() {
  return text({.type = "a JSON pointer",
               .range = "a JSON pointer (RFC 6901), or empty",
               .pattern = R"((?:/(?:[^~\x00-\x1f\x7f]|~[01])*)?)",
               .hint = "write a pointer such as \"/status\" or \"/database/status\"",
               .longest = 512});
}

KindOf<std::string> secret_text() {
  return text({.type = "text on one line",
               .range = "up to 256 characters, or empty",
               .pattern = kOneLine,
               .hint = "write text without line ends and other control characters",
               .longest = 256,
               .shown = Shown::kMasked,
               .is_secret = true});
}

KindOf<std::string> cookie_name() {
  return text({.type = "the name of a cookie",
               .range = "1 to 64 letters, digits, \"_\" and \"-\"",
               .pattern = "[A-Za-z0-9_-]{1,64}",
               .hint = "write a name such as \"SERVERID\"",
               .longest = 64});
}

KindOf<std::string> ciphers() {
  return text({.type = "a list of ciphers",
               .range = "OpenSSL's names, separated by colons; or empty",
               .pattern = "[A-Za-z0-9_:!@=+.-]*",
               .hint = "write names such as \"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384\"",
               .longest = 2048});
}

KindOf<std::string> day_counts() {
  return text({.type = "a list of days",
               .range = "up to 8 numbers of days, separated by commas; or empty",
               .pattern = "(?:[1-9][0-9]{0,2}(?:,[1-9][0-9]{0,2}){0,7})?",
               .hint = "write numbers such as \"30,14,7,1\"",
               .longest = 64});
}

KindOf<std::string> page_text() {
  return text({.type = "HTML",
               .range = "at most 64 kB of text",
               .pattern = R"([^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*)",
               .hint = "give a page of at most 64 kB, without control characters",
               .longest = kLongestPage});
}

KindOf<std::string> status_list() {
  return text({.type = "a list of HTTP status codes",
               .range = "codes and ranges from 100 to 599",
               .pattern = "[0-9]{3}(?:-[0-9]{3})?(?:,[0-9]{3}(?:-[0-9]{3})?)*",
               .hint = "write codes and ranges such as \"200\", \"200-299\" or \"200-299,301\"",
               .longest = 256,
               .objection = object_to_statuses});
}

KindOf<std::string> mail_server() {
  return text({.type = "a host name or an IP address",
               .range = "a host name or an IP address, or empty",
               .pattern = R"((?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)?)",
               .hint = "write a name such as \"smtp.example\" or an address, without the port",
               .longest = 253});
}

KindOf<std::string> mail_address() {
  static const std::string pattern = fmt::format("(?:{})?", kMailAddress);
  return text({.type = "a mail address",
               .range = "a mail address, or empty",
               .pattern = pattern.c_str(),
               .hint = "write an address such as \"evenkeel@print.example\"",
               .longest = 320});
}

KindOf<std::string> mail_addresses() {
  static const std::string pattern = fmt::format("(?:{0}(?: *, *{0})*)?", kMailAddress);
  return text({.type = "a list of mail addresses",
               .range = "mail addresses separated by commas, or empty",
               .pattern = pattern.c_str(),
               .hint = "write addresses such as \"admin@print.example, help@print.example\"",
               .longest = 1024});
}

KindOf<std::string> web_address() {
  return text({.type = "an http or https URL",
               .range = "a URL with http or https, or empty",
               .pattern = R"((?:https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?][!-~]*)?)?)",
               .hint = "write a URL such as \"https://hooks.example/evenkeel\", without user name and fragment",
               .longest = 2048,
               .shown = Shown::kMasked,
               .mask = mask_path});
}

}  // namespace evenkeel::model
