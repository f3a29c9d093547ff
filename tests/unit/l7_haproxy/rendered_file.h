#pragma once
// HAProxy itself is the judge of everything that the model allows.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engines/l7_haproxy/process.h"
#include "engines/l7_haproxy/render.h"
#include "tests/unit/temporary_directory.h"

namespace evenkeel::engines::l7_haproxy {

class RenderedFile : public testing::Test {
 protected:
  RenderedFile() {
    options_.paths.directory = directory_.path();
    std::filesystem::create_directories(options_.paths.empty());
  }

  Result<> check(const desired::Layer7& want) const {
    std::ofstream(options_.paths.candidate()) << render(want, options_);
    return check_file(options_.paths, options_.paths.candidate());
  }

  TemporaryDirectory directory_;
  RenderOptions options_;
};

}  // namespace evenkeel::engines::l7_haproxy
