#pragma once

#include <chrono>
#include <string>

namespace mlpctl::distributed {

/// A socket that is closed where its last owner ends.
class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(other.release()) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  int fd() const { return fd_; }
  /// Whoever calls it closes the socket.
  int release();

 private:
  int fd_;
};

/// A socket that listens at the host's address alone, which must be this machine's. Throws Error
/// where the name is unknown, the address another machine's or the port taken.
Socket listen_at(const std::string& host, int port);

/// The address, in numbers, from which this machine would talk to the host: that of the interface
/// on the way. Throws Error where the name is unknown or no way leads there.
std::string address_towards(const std::string& host, int port);

/// Waits until something listens at the host's port. Why nothing does by then; empty: it does.
std::string wait_for_listener(const std::string& host, int port,
                              std::chrono::steady_clock::time_point until);

/// This machine's name, for messages.
std::string machine_name();

}  // namespace mlpctl::distributed
