"""Wall displays: paired, told what they may show, judged by whether it is true."""
