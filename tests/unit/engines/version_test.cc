#include "engines/version.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temporary_directory.h"

namespace evenkeel::engines {
namespace {

class VersionTest : public testing::Test {
 protected:
  std::string program_that_says(const std::string& words) const {
    const std::string path = directory_ / "program";
    std::ofstream(path) << "#!/bin/sh\necho '" << words << "'\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }

  TemporaryDirectory directory_;
};

TEST_F(VersionTest, StandsBehindItsMark) {
  EXPECT_EQ(version_of(program_that_says("nginx version: nginx/1.22.1"), "nginx/"), "1.22.1");
  EXPECT_EQ(version_of(program_that_says("HAProxy version 2.6.12-1+deb12u1 2023/12/16 - x"), "version "),
            "2.6.12-1+deb12u1");
}

TEST_F(VersionTest, IsEmptyWhereNothingIsSaid) {
  EXPECT_EQ(version_of(program_that_says("usage"), "version "), "");
  EXPECT_EQ(version_of("/nonexistent", "version "), "");
}

}  // namespace
}  // namespace evenkeel::engines
