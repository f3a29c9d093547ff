// The test of the alerts.

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

TEST_F(ApiTest, ATestOfTheAlertsSaysOfEachWhetherItWasSent) {
  EXPECT_EQ(ask("POST", "/api/v1/alerts/test").status, 404) << "nobody gets any";
  control_.alerts.resize(2);
  control_.alerts[0].error = "GET /?token=sesame HTTP status 403";
  control_.alerts[1].waiting = 3;
  const auto reply = ask("POST", "/api/v1/alerts/test");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json::value answer = reply.value();
  EXPECT_EQ(answer.at("alerts").at(0).at("error"), "GET /?token=**** HTTP status 403");
  EXPECT_TRUE(answer.at("alerts").at(0).at("failed_at").is_null());
  EXPECT_EQ(answer.at("alerts").at(1).at("waiting"), 3);
  EXPECT_FALSE(control_.alerts_tested_by.empty());
  EXPECT_EQ(ask("GET", "/api/v1/alerts/test").status, 405);
}

}  // namespace
}  // namespace evenkeel::api
