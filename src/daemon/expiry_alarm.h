#pragma once
// Tells once for each of the days that people asked for how soon a certificate expires, and when that is over. No
// clock of its own.

#include <map>
#include <string>
#include <vector>

#include "daemon/certificate_shelf.h"

namespace evenkeel::daemon {

class ExpiryAlarm {
 public:
  struct Change {
    std::string label;
    std::string sentence;
    bool expires = true;  // false: it is over
  };
  // `days`: such as "30,14,7,1".
  std::vector<Change> update(const std::vector<CertificateShelf::Deadline>& deadlines, const std::string& days);

  // By label, what people were told last of those that expire.
  const std::map<std::string, std::string>& expiring() const { return sentences_; }

 private:
  std::map<std::string, int> told_;  // by label: the smallest number of days that was told of; 0: that it has expired
  std::map<std::string, std::string> sentences_;
};

}  // namespace evenkeel::daemon
