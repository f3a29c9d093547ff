#pragma once
// A layer-7 virtual service as the fallback of a layer-4 one, as the guide has it: its address is that of the fallback
// server. The proxy then answers on the layer-4 virtual service's own address and ports too.

#include <vector>

#include "model/layer7_service.h"
#include "model/virtual_service.h"

namespace evenkeel::model {

// Which one it is; null: none. Of several at that address the one that has the fallback's port (0: the layer-4 virtual
// service's first), else the first.
const Layer7Service* layer7_fallback(const VirtualService& service, const std::vector<Layer7Service>& layer7_services);

}  // namespace evenkeel::model
