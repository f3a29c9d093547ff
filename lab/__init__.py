"""A PaperCut farm in network namespaces: real print servers, honest stand-ins, a switch, a client, a load balancer."""
