#pragma once
// One way in which the sample can be wrong or doubtful, and what is said about it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "config/plan.h"
#include "sample.h"

namespace evenkeel::config {

using Services = std::vector<model::VirtualService>;

struct Case {
  const char* name;
  std::function<void(Services&)> edit;
  const char* path;
  const char* message;  // a part of it
  const char* hint;     // a part of it
};

inline void PrintTo(const Case& test, std::ostream* out) {
  *out << test.name;
}

inline std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

inline IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}

inline model::PortSet ports(const std::string& text) {
  return *model::PortSet::parse(text);
}

class OneProblem : public ::testing::TestWithParam<Case> {
 protected:
  void expect_one(const std::vector<model::Problem>& problems) {
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].path, GetParam().path);
    EXPECT_THAT(problems[0].message, ::testing::HasSubstr(GetParam().message));
    EXPECT_THAT(problems[0].hint, ::testing::HasSubstr(GetParam().hint));
    EXPECT_FALSE(problems[0].hint.empty());
  }
  model::Configuration edited() {
    model::Configuration configuration = sample();
    GetParam().edit(configuration.virtual_services);
    return configuration;
  }
};

}  // namespace evenkeel::config
