#pragma once
// Clients that have been answered with a SYN cookie. A capture cannot have the right number in it, since nobody can
// guess it: where a client acknowledges in the way of the packet builder, here it acknowledges its cookie.

#include <map>

#include "packet_builder.h"
#include "view.h"

namespace evenkeel::packet {

class Clients {
 public:
  // The frame as a client would send it who has read what it was answered.
  Bytes acknowledging(const Bytes& frame) const;
  // `told`: what was sent back for `syn`.
  void note_cookie(const Bytes& syn, const Bytes& told);

 private:
  using Who = Bytes;  // addresses and ports
  struct Numbers {
    uint32_t own = 0, cookie = 0;
  };
  static Who who(const Bytes& frame, const View& view);

  std::map<Who, Numbers> answered_;
};

}  // namespace evenkeel::packet
