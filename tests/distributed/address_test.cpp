#include "distributed/address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>

#include "mlpctl/error.hpp"

namespace mlpctl::distributed {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

sockaddr_in address_of(const Socket& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  REQUIRE(getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return address;
}

TEST_CASE("A listener is bound to the host's address alone") {
  const Socket socket = listen_at("127.0.0.1", 0);
  CHECK(ntohl(address_of(socket).sin_addr.s_addr) == INADDR_LOOPBACK);
}

TEST_CASE("A port that is taken is told with the variable that names it") {
  const Socket first = listen_at("127.0.0.1", 0);
  CHECK_THROWS_MATCHES(listen_at("127.0.0.1", ntohs(address_of(first).sin_port)), Error,
                       MessageMatches(ContainsSubstring("is taken by another program") &&
                                      ContainsSubstring("MASTER_PORT")));
}

TEST_CASE("Rank 0 on another machine than MASTER_ADDR's is told") {
  // Of the addresses that are kept for documents.
  CHECK_THROWS_MATCHES(listen_at("192.0.2.1", 0), Error,
                       MessageMatches(ContainsSubstring("192.0.2.1 (MASTER_ADDR) is not this")));
}

TEST_CASE("A name that nobody knows is told") {
  for (const auto ask : {+[] { (void)listen_at("no.such.machine.invalid", 1); },
                         +[] { (void)address_towards("no.such.machine.invalid", 1); }}) {
    CHECK_THROWS_MATCHES(ask(), Error,
                         MessageMatches(ContainsSubstring("no.such.machine.invalid")));
  }
}

TEST_CASE("Who listens is waited for until then") {
  using Clock = std::chrono::steady_clock;
  Socket listener = listen_at("127.0.0.1", 0);
  const int port = ntohs(address_of(listener).sin_port);
  CHECK(wait_for_listener("127.0.0.1", port, Clock::now()).empty());
  listener = Socket();
  const auto until = Clock::now() + std::chrono::milliseconds(250);
  CHECK(wait_for_listener("127.0.0.1", port, until) == "Connection refused");
  CHECK(Clock::now() >= until);
  CHECK_THAT(wait_for_listener("no.such.machine.invalid", port, until),
             ContainsSubstring("no.such.machine.invalid"));
}

TEST_CASE("The way to this machine leads through its loopback") {
  CHECK(address_towards("127.0.0.1", 29500) == "127.0.0.1");
}

}  // namespace
}  // namespace mlpctl::distributed
