#include "model/secrets.h"

#include <gtest/gtest.h>

#include "model/json.h"

namespace evenkeel::model {
namespace {

TEST(MaskSecrets, HidesKeysAndNothingElse) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"/", "/"},
      {"/a?b=c&d=e", "/a?b=c&d=e"},
      {"/api/health/application-server/status?disk-threshold-mb=1&Authorization=JjtxY8zt",
       "/api/health/application-server/status?disk-threshold-mb=1&Authorization=****"},
      {"/a?authorization=x&b=1", "/a?authorization=****&b=1"},
      {"/a?AUTHORIZATION=x;y,z#f", "/a?AUTHORIZATION=****#f"},
      {"/a?key=1&api_key=2&X-Api-Key=3&apikey=4", "/a?key=****&api_key=****&X-Api-Key=****&apikey=****"},
      {"/a?token=1&access_token=2&password=3&passwd=4&pwd=5",
       "/a?token=****&access_token=****&password=****&passwd=****&pwd=****"},
      {"/a?client_secret=1&sig=2&signature=3", "/a?client_secret=****&sig=****&signature=****"},
      {"/a?%41uthorization=x", "/a?%41uthorization=****"},
      {"/a?%2541uthorization=x", "/a?%2541uthorization=****"},
      {"/a?Authoriz%61tion%3Dx%26b=1", "/a?Authoriz%61tion%3D****%26b=1"},
      {"/go?to=%2Fb%3FAuthorization%3DKEY%26c%3D1", "/go?to=%2Fb%3FAuthorization%3D****%26c%3D1"},
      {"/go?to=%252Fb%253Ftoken%253DKEY%2526c%253D1", "/go?to=%252Fb%253Ftoken%253D****%2526c%253D1"},
      {"/a?Authorization=", "/a?Authorization="},
      {"/a?Authorization=&b=1", "/a?Authorization=&b=1"},
      {"/a?Authorization=****", "/a?Authorization=****"},
      {"/a?Authorization=a=b", "/a?Authorization=****"},
      {"GET http://h/a?token=abc: HTTP 500", "GET http://h/a?token=**** HTTP 500"},
      {"Authorization: Bearer abc def\r\nHost: h", "Authorization: ****\r\nHost: h"},
      {"authorization:abc", "authorization:****"},
      {R"({"password": "a\"b", "x": 1})", R"({"password": "****", "x": 1})"},
      {R"({"key": "abc"})", R"({"key": "****"})"},
      {"there is no field \"interval\": use key: value", "there is no field \"interval\": use key: value"},
      {"10.0.0.1:80 refused", "10.0.0.1:80 refused"},
      {"keyboard=1&tokens", "keyboard=1&tokens"},
      {"/a?donkeys=1", "/a?donkeys=1"}};
  for (const auto& [text, masked] : cases) {
    EXPECT_EQ(mask_secrets(text), masked);
    EXPECT_EQ(mask_secrets(masked), masked) << "masking twice";
  }
}

TEST(MaskSecrets, NoticesAMaskThatCameBack) {
  for (const char* text : {"/a?Authorization=****", "/a?b=1&token=%2A%2a**&c=2", "/g?to=%3Fkey%3D****%26x"}) {
    EXPECT_TRUE(has_masked_secret(text)) << text;
  }
  for (const char* text :
       {"/a?Authorization=abc", "/a?b=****", "/a?Authorization=*****", "/a?Authorization=", "/****"}) {
    EXPECT_FALSE(has_masked_secret(text)) << text;
  }
}

TEST(MaskSecrets, TakesNoLongTimeOverOddInput) {
  std::string text = "%";
  for (int i = 0; i < 200000; ++i) text += "25";
  EXPECT_EQ(mask_secrets(text + "=x"), text + "=x");
  EXPECT_EQ(mask_secrets(std::string(400000, '=')), std::string(400000, '='));
}

}  // namespace
}  // namespace evenkeel::model
