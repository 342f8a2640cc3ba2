({ evaluation: showEvaluation, scans: showScans })[data.kind]().then(() => {
  document.documentElement.dataset.ready = "yes";
});
