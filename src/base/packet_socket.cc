#include "base/packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

namespace evenkeel {

// Filtered before it is bound: nothing else can slip in between.
Result<Fd> open_packet_socket(int type, uint16_t protocol, std::span<sock_filter> filter) {
  Fd fd(::socket(AF_PACKET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return fail(system_error("cannot open a packet socket"));
  if (protocol == 0) return fd;
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (!filter.empty() && ::setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
    return fail(system_error("cannot filter a packet socket"));
  }
  sockaddr_ll any{};
  any.sll_family = AF_PACKET;
  any.sll_protocol = htons(protocol);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) {
    return fail(system_error("cannot bind a packet socket"));
  }
  return fd;
}

}  // namespace evenkeel
