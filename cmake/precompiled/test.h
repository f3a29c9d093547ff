// What most of our tests include besides, parsed once per build.
#pragma once

#include "common.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
