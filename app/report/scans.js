function showScans() {
  return Promise.resolve();
}
