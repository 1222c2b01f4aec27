# Code in CCM: it cannot run, which is the point.
target_link_options(${firmware} PRIVATE -Wl,--defsym=ramcode_unchecked=0)
