#pragma once
// Users and tokens as a backup has them, in place of those that there are. All of it or nothing is left to the caller's
// transaction.

#include <string>
#include <vector>

#include "access/store.h"

namespace evenkeel::access {

struct Replaced {
  std::vector<User> users;
  std::vector<Token> tokens;            // with their new ids
  std::vector<std::string> signed_out;  // users whose sessions have ended, since they are not what they were
};
Result<Replaced> replace_all(Store& store, std::vector<User> users, std::vector<Token> tokens);

}  // namespace evenkeel::access
