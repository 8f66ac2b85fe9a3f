"""What every workflow uses: context, SLA, timer, activities."""
