#pragma once
// HAProxy itself is the judge of everything that the model allows.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "engines/l7_haproxy/process.h"
#include "engines/l7_haproxy/render.h"

namespace evenkeel::engines::l7_haproxy {

class RenderedFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/tmp/evenkeel-haproxy-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    options_.paths.directory = name;
    std::filesystem::create_directories(options_.paths.empty());
  }
  void TearDown() override { std::filesystem::remove_all(options_.paths.directory); }

  Result<> check(const desired::Layer7& want) const {
    std::ofstream(options_.paths.candidate()) << render(want, options_);
    return check_file(options_.paths, options_.paths.candidate());
  }

  RenderOptions options_;
};

}  // namespace evenkeel::engines::l7_haproxy
