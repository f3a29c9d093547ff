#pragma once
// What the channels have gathered and told, as text that outlives the process. Ours alone: a file that is not what was
// written is refused as a whole.

#include <map>
#include <string>
#include <string_view>

#include "alerts/gatherer.h"
#include "base/result.h"

namespace evenkeel::alerts {

using Memory = std::map<std::string, Gatherer::Memory>;  // by the channel's name

std::string to_text(const Memory& memory);
Result<Memory> parse_memory(std::string_view text);  // kCorrupt; nothing in it: nothing

}  // namespace evenkeel::alerts
