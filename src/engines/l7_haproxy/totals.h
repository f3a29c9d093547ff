#pragma once
// What all workers have counted together. A worker that has ended stays in the totals, as it was seen last. Pure.

#include <map>

#include "observed/layer7.h"

namespace evenkeel::engines::l7_haproxy {

class Totals {
 public:
  // `seen`: what each worker counts, by process. `serving`: whose maxima, averages and rates are shown; what is gone
  // from it is gone from the totals.
  observed::Layer7Report add(const std::map<pid_t, observed::Layer7Report>& seen, pid_t serving);

 private:
  std::map<pid_t, observed::Layer7Report> known_;  // the workers of the last time
  observed::Layer7Report ended_;
};

}  // namespace evenkeel::engines::l7_haproxy
