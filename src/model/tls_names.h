#pragma once
// The names of TLS's enumerators: what model/names.h is to the others.

#include "model/names.h"
#include "model/tls.h"

namespace evenkeel::model {

inline constexpr std::array kTlsProfileNames{
    EnumName<TlsProfile>{TlsProfile::kModern, "modern", "TLS 1.2 and 1.3, only ciphers with forward secrecy and AEAD"},
    EnumName<TlsProfile>{TlsProfile::kCompatible, "compatible",
                         "TLS 1.2 and 1.3, older ciphers too: for devices of the years before 2014"},
    EnumName<TlsProfile>{TlsProfile::kCustom, "custom", "as minimum, ciphers and ciphersuites say"},
};
static_assert(detail::is_complete(kTlsProfileNames));

inline constexpr std::array kTlsVersionNames{
    EnumName<TlsVersion>{TlsVersion::k10, "tls1.0", "TLS 1.0, which is broken"},
    EnumName<TlsVersion>{TlsVersion::k11, "tls1.1", "TLS 1.1, which is broken"},
    EnumName<TlsVersion>{TlsVersion::k12, "tls1.2", "TLS 1.2"},
    EnumName<TlsVersion>{TlsVersion::k13, "tls1.3", "TLS 1.3"},
};
static_assert(detail::is_complete(kTlsVersionNames));

inline constexpr std::array kClientCertificatesNames{
    EnumName<ClientCertificates>{ClientCertificates::kOff, "off", "clients are not asked for one"},
    EnumName<ClientCertificates>{ClientCertificates::kOptional, "optional", "who shows one must show a good one"},
    EnumName<ClientCertificates>{ClientCertificates::kRequired, "required", "who shows none is refused"},
};
static_assert(detail::is_complete(kClientCertificatesNames));

template <>
constexpr std::span<const EnumName<TlsProfile>> names() {
  return kTlsProfileNames;
}
template <>
constexpr std::span<const EnumName<TlsVersion>> names() {
  return kTlsVersionNames;
}
template <>
constexpr std::span<const EnumName<ClientCertificates>> names() {
  return kClientCertificatesNames;
}

}  // namespace evenkeel::model
