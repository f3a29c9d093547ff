#include "engines/network/nftables.h"

#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <sys/socket.h>

#include <memory>

#include "base/fd.h"

namespace evenkeel::engines::network {
namespace {

struct FreeContext {
  void operator()(nft_ctx* context) const { nft_ctx_free(context); }
};

// The library ends the process when it cannot open its socket: so that is tried first.
Result<std::unique_ptr<nft_ctx, FreeContext>> open_context() {
  const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!socket.is_open()) return fail(system_error("the kernel has no nftables"));
  std::unique_ptr<nft_ctx, FreeContext> context(nft_ctx_new(NFT_CTX_DEFAULT));
  if (!context || nft_ctx_buffer_output(context.get()) != 0 || nft_ctx_buffer_error(context.get()) != 0) {
    return fail(ErrorCode::kInternal, "cannot use libnftables");
  }
  return context;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string KernelNftables::our_table() {
  auto context = open_context();
  if (!context) return "";
  const std::string command = std::string("list table ") + kNftablesTable;
  if (nft_run_cmd_from_buffer(context->get(), command.c_str()) != 0) return "";
  return nft_ctx_get_output_buffer(context->get());
}

Result<> KernelNftables::run(const std::string& commands) {
  auto context = open_context();
  if (!context) return fail(context.error());
  if (nft_run_cmd_from_buffer(context->get(), commands.c_str()) == 0) return {};
  return fail(ErrorCode::kUnavailable,
              "nftables refused the rules: " + first_line(nft_ctx_get_error_buffer(context->get())));
}

}  // namespace evenkeel::engines::network
