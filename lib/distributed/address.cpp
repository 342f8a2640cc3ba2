#include "distributed/address.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include "mlpctl/error.hpp"

namespace mlpctl::distributed {
namespace {

using Clock = std::chrono::steady_clock;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string place_text(const std::string& host, int port) {
  return host + ":" + std::to_string(port);
}

Addresses addresses_of(const std::string& host, int port, int kind) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = kind;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failed != 0) {
    throw Error(ErrorCode::kNotFound,
                "no machine is known as " + host + " (MASTER_ADDR): " + gai_strerror(failed));
  }
  return Addresses(found);
}

Socket open_socket(const addrinfo& address) {
  return Socket(socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, 0));
}

/// Whether the socket listens there now; if not, errno says why.
bool listens(const Socket& socket, const addrinfo& address) {
  // Else the port of a run that has just ended would count as taken for a minute.
  const int on = 1;
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return bind(socket.fd(), address.ai_addr, address.ai_addrlen) == 0 &&
         listen(socket.fd(), SOMAXCONN) == 0;
}

/// Connects, and closes the connection. Why it cannot; empty: it can.
std::string refusal_at(const addrinfo& address, Clock::time_point until) {
  const Socket socket = open_socket(address);
  if (socket.fd() < 0) return std::strerror(errno);
  fcntl(socket.fd(), F_SETFL, O_NONBLOCK);
  if (connect(socket.fd(), address.ai_addr, address.ai_addrlen) == 0) return "";
  if (errno != EINPROGRESS) return std::strerror(errno);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd connecting{socket.fd(), POLLOUT, 0};
  if (poll(&connecting, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) != 1)
    return "no answer";
  int reason = 0;
  socklen_t size = sizeof reason;
  getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &reason, &size);
  return reason == 0 ? "" : std::strerror(reason);
}

std::string refusal(const std::string& host, int port, Clock::time_point until) {
  std::string reason;
  try {
    const Addresses all = addresses_of(host, port, SOCK_STREAM);
    for (const addrinfo* each = all.get(); each != nullptr; each = each->ai_next) {
      reason = refusal_at(*each, until);
      if (reason.empty()) return "";
    }
  } catch (const Error& error) {
    // A machine that is just starting may not have its name yet.
    reason = error.what();
  }
  return reason;
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

int Socket::release() {
  return std::exchange(fd_, -1);
}

Socket listen_at(const std::string& host, int port) {
  const Addresses all = addresses_of(host, port, SOCK_STREAM);
  int reason = 0;
  for (const addrinfo* each = all.get(); each != nullptr; each = each->ai_next) {
    Socket socket = open_socket(*each);
    if (socket.fd() >= 0 && listens(socket, *each)) return socket;
    if (reason != EADDRINUSE) reason = errno;
  }
  const std::string place = place_text(host, port);
  if (reason == EADDRINUSE) {
    throw Error(ErrorCode::kIo, "port " + std::to_string(port) + " of " + host +
                                    " is taken by another program: set MASTER_PORT to a free one");
  }
  if (reason == EADDRNOTAVAIL) {
    throw Error(ErrorCode::kIo, host + " (MASTER_ADDR) is not this machine, " + machine_name() +
                                    ", which has rank 0: set it to the machine of rank 0");
  }
  throw Error(ErrorCode::kIo, "rank 0 cannot listen at " + place + ": " + std::strerror(reason));
}

std::string address_towards(const std::string& host, int port) {
  const Addresses all = addresses_of(host, port, SOCK_DGRAM);
  int reason = 0;
  for (const addrinfo* each = all.get(); each != nullptr; each = each->ai_next) {
    const Socket socket = open_socket(*each);
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    auto* const own_address = reinterpret_cast<sockaddr*>(&own);
    std::array<char, NI_MAXHOST> text{};
    // Nothing is sent: connecting such a socket only chooses the way.
    if (socket.fd() >= 0 && connect(socket.fd(), each->ai_addr, each->ai_addrlen) == 0 &&
        getsockname(socket.fd(), own_address, &size) == 0 &&
        getnameinfo(own_address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      return text.data();
    reason = errno;
  }
  throw Error(ErrorCode::kIo, "no way leads to " + place_text(host, port) +
                                  " (MASTER_ADDR): " + std::strerror(reason));
}

std::string wait_for_listener(const std::string& host, int port, Clock::time_point until) {
  constexpr std::chrono::milliseconds kBetween{100};
  std::string reason;
  do {
    reason = refusal(host, port, until);
    if (!reason.empty())
      std::this_thread::sleep_for(std::min<Clock::duration>(kBetween, until - Clock::now()));
  } while (!reason.empty() && Clock::now() < until);
  return reason;
}

std::string machine_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? name.data()
                                                                           : "this machine";
}

}  // namespace mlpctl::distributed
