#include "model/check_kind.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "model/help.h"
#include "model/names.h"

namespace evenkeel::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string documentation() {
  std::ifstream file(EVENKEEL_SOURCE_DIRECTORY "/docs/checks.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string row_of(const char* name, const CheckKind& kind, const char* more) {
  const std::string port = kind.usual_port == 0 ? "" : fmt::format(" {}", kind.usual_port);
  const std::string fields = kind.fields.empty() ? "" : fmt::format(" `{}`{}", kind.fields, more);
  return fmt::format("| `{}` |{} |{} |\n", name, port, fields);
}

TEST(CheckKind, IsDocumented) {
  const std::string text = documentation();
  for (const auto& type : kHealthCheckTypeNames) {
    const bool has_more = has_protocol(type.value) && type.value != HealthCheckType::kPapercut;
    const std::string row = row_of(type.name, kind_of(type.value), has_more ? ", and those of the protocol" : "");
    EXPECT_NE(text.find(row), std::string::npos) << "docs/checks.md should contain: " << row;
  }
  for (const auto& protocol : kNegotiateProtocolNames) {
    const std::string row = row_of(protocol.name, kind_of(protocol.value), "");
    EXPECT_NE(text.find(row), std::string::npos) << "docs/checks.md should contain: " << row;
  }
}

TEST(CheckKind, NamesOnlyFieldsThatThereAre) {
  std::vector<std::string> fields;
  for (const FieldHelp& help : field_help()) {
    if (help.structure == "health_check") fields.push_back(help.field);
  }
  HealthCheck check;
  for (const auto& type : kHealthCheckTypeNames) {
    for (const auto& protocol : kNegotiateProtocolNames) {
      check.type = type.value;
      check.protocol = protocol.value;
      for (const auto field : used_fields(check)) EXPECT_THAT(fields, testing::Contains(field)) << protocol.name;
    }
  }
}

TEST(CheckKind, TellsWhatIsUselessAndWhatIsMissing) {
  HealthCheck check;
  check.type = HealthCheckType::kNegotiate;
  check.protocol = NegotiateProtocol::kRadius;
  check.login = "monitor";
  check.share = "printer";
  EXPECT_THAT(useless_fields(check), ElementsAre("share"));
  EXPECT_THAT(missing_fields(check), ElementsAre("secret"));
  check.secret = "x";
  EXPECT_THAT(missing_fields(check), IsEmpty());
  EXPECT_EQ(kind_name(check), "negotiate with radius");
  EXPECT_EQ(transport_of(check), Transport::kUdp);
  check.type = HealthCheckType::kPing;
  EXPECT_EQ(kind_name(check), "ping");
  EXPECT_EQ(transport_of(check), Transport::kIcmp);
}

TEST(CheckKind, PaperCutIsAskedEveryFifteenSecondsAtMost) {
  using std::chrono::seconds;
  HealthCheck check;
  check.type = HealthCheckType::kPapercut;
  EXPECT_EQ(interval_of(check), seconds(15));
  check.interval = seconds(60);
  EXPECT_EQ(interval_of(check), seconds(60));
  check.interval = seconds(6);
  check.insist = true;
  EXPECT_EQ(interval_of(check), seconds(6));
  HealthCheck http;
  http.type = HealthCheckType::kNegotiate;
  http.request = "/api/health/application-server/status";
  EXPECT_EQ(interval_of(http), seconds(15));
  http.request = "/api/healthy";
  EXPECT_EQ(interval_of(http), seconds(6));
}

TEST(CheckKind, TellsByTheSettingsWhetherProbesAreEqual) {
  const HealthCheck plain;
  HealthCheck other = plain;
  other.check_port = 80;
  other.request = "/what a connect does not look at";
  EXPECT_EQ(settings_text(plain), settings_text(other));
  other.timeout += std::chrono::milliseconds(1);
  EXPECT_NE(settings_text(plain), settings_text(other));
}

}  // namespace
}  // namespace evenkeel::model
