#include "health/spare_sockets.h"

#include <sys/socket.h>

#include <utility>

namespace evenkeel::health {

std::vector<Fd>& SpareSockets::of(int family) {
  return family == AF_INET ? ipv4_ : ipv6_;
}

void SpareSockets::put(Fd socket, int family) {
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;  // dissolves what there was
  auto& spare = of(family);
  if (spare.size() >= kMost || ::connect(socket.get(), &nowhere, sizeof nowhere) != 0) return;
  spare.push_back(std::move(socket));
}

Fd SpareSockets::take(int family) {
  auto& spare = of(family);
  if (spare.empty()) return {};
  Fd socket = std::move(spare.back());
  spare.pop_back();
  return socket;
}

}  // namespace evenkeel::health
